package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// RulesVersion identifies the rules for sort, search and identity keys: the number of our
// rules, then the versions of the libraries with the tables for collation and
// normalisation, phone numbers and domains, then Unicode. A later version is greater as
// text. It is stored for each business; if it is lower than this one, Rekey makes new
// keys. The number of our rules rises with every change of a key; a test compares the
// other versions with go.mod.
const RulesVersion = "00005 text 000.043.000 phonenumbers 001.008.001 net 000.062.000 unicode " + unicode.Version

// RekeyState says which rules made the search and sort keys of a business's clients.
type RekeyState struct {
	// Version is the least version of all keys; empty for keys from before versions were
	// stored.
	Version string
	// Target is the version that clients are being rekeyed for; empty if they are not.
	Target string
}

// Newest returns the latest version that keys of the business were made for.
func (k RekeyState) Newest() string { return max(k.Version, k.Target) }

// SearchKeysBefore returns the search keys of a term by the first version of the rules,
// if they differ.
func (t Term) SearchKeysBefore(search string) []string {
	before := Term{text: normaliseBefore(search), digits: t.digits}
	if before.text == "" || before.text == t.text {
		return nil
	}
	return before.Keys()
}

// normaliseBefore is Normalise in the first version of the rules.
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

// FoldEmailBefore is FoldEmail in the first version of the rules.
func FoldEmailBefore(address string) string { return client.Caseless(strings.TrimSpace(address)) }

// DigestBefore is Digest in the first version of the rules.
func DigestBefore(c *client.Client) []byte {
	name := ""
	if full := c.FullName(); full != nil {
		name = normaliseBefore(*full)
	}
	return digestNamed(c, name)
}
