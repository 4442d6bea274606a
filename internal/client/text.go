package client

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxCaseless is more bytes than any compared text has: an e-mail address is the longest,
// and a character has at most nine bytes, as a decomposed Hangul syllable.
const MaxCaseless = 10 * MaxEmail

// TagKey is equal for tags that differ only in case.
func TagKey(tag string) string { return Caseless(tag) }

// Caseless returns a form of a composed text that is equal for texts that differ only in
// case. A text longer than MaxCaseless is returned unchanged, because folding its case
// would take long, and no value is as long.
func Caseless(text string) string {
	if len(text) > MaxCaseless {
		return text
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}
