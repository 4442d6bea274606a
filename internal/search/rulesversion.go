package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// RulesVersion names what makes the sort, search and identity keys: our rules
// first, then the libraries with the tables of collation and normalisation, of phone
// numbers and of domains, then Unicode. Of two versions the later one is greater as
// a text. It is stored for each business, and where it is lower than this, Rekey
// makes the keys anew. The number of the rules rises with whatever changes a key; a
// test holds the others to go.mod.
const RulesVersion = "00005 text 000.043.000 phonenumbers 001.008.001 net 000.062.000 unicode " + unicode.Version

// RekeyState is which rules made the search and sort keys of a business's clients.
type RekeyState struct {
	// Version is what all keys are of, or of a later one; empty for those of before
	// versions were stored.
	Version string
	// Target is the version that keys are being made for; empty while none are.
	Target string
}

// Newest is the latest version that anybody made keys of the business for.
func (k RekeyState) Newest() string { return max(k.Version, k.Target) }

// SearchKeysBefore are the search keys that the first version of the rules made of a
// term, where they are other ones.
func (t Term) SearchKeysBefore(search string) []string {
	before := Term{text: normaliseBefore(search), digits: t.digits}
	if before.text == "" || before.text == t.text {
		return nil
	}
	return before.Keys()
}

// normaliseBefore is normalise as it was in the first version of the rules.
func normaliseBefore(text string) string {
	if isASCII(text) {
		return strings.Join(strings.Fields(strings.ToLower(text)), " ")
	}
	folded := cases.Fold().String(norm.NFKD.String(text))
	var b strings.Builder
	for _, r := range norm.NFKD.String(folded) {
		if !isAccent(r) && !isInvisible(r) {
			b.WriteRune(r)
		}
	}
	plain := spelling.Replace(cases.Fold().String(norm.NFKC.String(b.String())))
	return strings.Join(strings.Fields(plainDigits(plain)), " ")
}

// FoldEmailBefore is foldEmail as it was in the first version of the rules.
func FoldEmailBefore(address string) string { return client.Caseless(strings.TrimSpace(address)) }

// DigestBefore is identity as it was in the first version of the rules.
func DigestBefore(c *client.Client) []byte {
	name := ""
	if full := c.FullName(); full != nil {
		name = normaliseBefore(*full)
	}
	return digestNamed(c, name)
}
