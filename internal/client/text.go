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

// Caseless is equal for two texts that are composed alike, whatever their case.
// One that is too long to be anybody's stays as it is: folding its case would
// take a while, and it is equal to none.
func Caseless(text string) string {
	if len(text) > MaxCaseless {
		return text
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}
