package search

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// FoldEmail returns a key that is equal for two spellings of one e-mail address: without
// outer spaces, the local part ignoring case, the domain by foldDomain. It is never
// shown.
func FoldEmail(address string) string {
	address = strings.TrimSpace(address)
	if isASCII(address) && !strings.Contains(address, "xn--") && len(address) <= client.MaxCaseless {
		// Most addresses take this way: the result is the same, at a hundredth of the
		// cost.
		if lower := strings.ToLower(address); !strings.Contains(lower, "xn--") {
			return lower
		}
	}
	at := strings.LastIndexByte(address, '@')
	if at < 0 || len(address) > client.MaxCaseless {
		return client.Caseless(address)
	}
	return client.Caseless(address[:at]) + "@" + foldDomain(address[at+1:])
}

// foldDomain returns a domain in the form in which it is looked up (UTS #46, not
// transitional): in ASCII and lower case, so that a name with other letters is in its
// xn-- form, and a name with ß or ς differs from one with ss or σ. A domain that can't be
// looked up is compared in lower case.
func foldDomain(domain string) string {
	// The profile is made here, because making it only sets switches.
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))
	ascii, err := profile.ToASCII(domain)
	if err != nil {
		return norm.NFC.String(strings.ToLower(norm.NFC.String(domain)))
	}
	if letters, err := profile.ToUnicode(ascii); err == nil {
		// A name in xn-- form may have letters in another form than the one looked up, so
		// both are mapped once more.
		if again, err := profile.ToASCII(letters); err == nil {
			return again
		}
	}
	return ascii
}
