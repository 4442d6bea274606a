package search

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// FoldEmail is equal for two e-mail addresses exactly when they are one: spaces
// around them aside, the local part whatever its case, the domain as foldDomain
// has it. It is a key and never shown.
func FoldEmail(address string) string {
	address = strings.TrimSpace(address)
	if isASCII(address) && !strings.Contains(address, "xn--") && len(address) <= client.MaxCaseless {
		// Most addresses: the same, at a hundredth of the cost.
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

// foldDomain is a domain as names are looked up (UTS #46, not transitional): in
// ASCII and lower case, so that a name in letters is its xn-- form, and a name
// with ß or ς is not one with ss or σ. Who could never be looked up is compared by
// its letters, in lower case.
func foldDomain(domain string) string {
	// The profile is made here: making it only sets switches.
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))
	ascii, err := profile.ToASCII(domain)
	if err != nil {
		return norm.NFC.String(strings.ToLower(norm.NFC.String(domain)))
	}
	if letters, err := profile.ToUnicode(ascii); err == nil {
		// A name may be sent in xn-- form though its letters are not as they are
		// looked up: both are mapped once more.
		if again, err := profile.ToASCII(letters); err == nil {
			return again
		}
	}
	return ascii
}
