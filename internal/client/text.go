package client

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxCaseless is longer, in bytes, than any spelling of what is compared by its
// letters: an address has the most of them, and a character at most nine bytes,
// a syllable of Hangul taken apart.
const maxCaseless = 10 * maxEmail

// TagKey is equal for two tags exactly when they are the same tag: composed
// alike, whatever their case.
func TagKey(tag string) string { return caseless(tag) }

// caseless is equal for two texts that are composed alike, whatever their case.
// One that is too long to be anybody's stays as it is: folding its case would
// take a while, and it is equal to none.
func caseless(text string) string {
	if len(text) > maxCaseless {
		return text
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(text)))
}
