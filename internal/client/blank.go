package client

import (
	"strings"
	"unicode"
)

// IsBlank says whether a text shows nothing to a reader. It is the one rule for
// whatever must not be blank.
func IsBlank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !showsNothing(r) }) < 0
}

// Trimmed is a text without what shows nothing at its ends. What changes how the
// last character is drawn stays: a variation selector, and the tags of a flag.
func Trimmed(text string) string {
	text = strings.TrimLeftFunc(text, showsNothing)
	end := strings.TrimRightFunc(text, showsNothing)
	for i, r := range text[len(end):] {
		if end == "" || !drawsAnother(r) {
			return text[:len(end)+i]
		}
	}
	return text
}

// showsNothing says whether a character leaves no mark of its own: a space, a
// control character, one that Unicode says to ignore where it is not supported
// (Default_Ignorable_Code_Point), or one of the few whose shape is empty.
func showsNothing(r rune) bool {
	if ' ' < r && r < '\x7f' {
		// Nearly all characters that are asked about.
		return false
	}
	switch r {
	case '\u2800', // The braille cell without dots.
		'\U00016FE4', // The filler of the Khitan small script.
		'\U0001D159': // A note without a head.
		return true
	}
	return unicode.In(r, unicode.White_Space, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) ||
		unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// drawsAnother says whether a character that shows nothing says how the one
// before it is drawn.
func drawsAnother(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) || '\U000E0020' <= r && r <= '\U000E007F'
}
