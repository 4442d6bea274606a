package client

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxCaseless is longer, in bytes, than any spelling of what is compared by its
// letters: an address has the most of them, and a character at most nine bytes,
// a syllable of Hangul taken apart.
const MaxCaseless = 10 * MaxEmail

// TagKey is equal for two tags exactly when they are the same tag: composed
// alike, whatever their case.
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
