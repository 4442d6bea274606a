package client

import (
	"strings"
	"unicode"
)

// IsBlank says whether a text has no visible character. All checks for blank texts use
// it.
func IsBlank(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !showsNothing(r) }) < 0
}

// Trimmed removes invisible characters at the ends of a text, except those that change
// how the last character is drawn: a variation selector, and the tags of a flag.
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

// showsNothing says whether a character is invisible: a space, a control character, one
// that Unicode says to ignore if it is not supported (Default_Ignorable_Code_Point), or
// one of the few with an empty shape.
func showsNothing(r rune) bool {
	if ' ' < r && r < '\x7f' {
		// Almost all characters end here.
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

// drawsAnother says whether an invisible character changes how the one before it is
// drawn.
func drawsAnother(r rune) bool {
	return unicode.Is(unicode.Variation_Selector, r) || '\U000E0020' <= r && r <= '\U000E007F'
}
