package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// spelling replaces letters that have no decomposition, but that people who search write
// without their strokes.
var spelling = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ŧ", "t", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "ß", "ss")

// Normalise returns the form of a text that is searched. It is the same for composed and
// decomposed, wide and narrow, upper and lower case characters. It has no accents, digits
// in ASCII, one character for all punctuation that looks alike, one letter for those that
// people do not distinguish when typing, and one space between words. The number of the
// rules in RulesVersion rises when its result changes for any text.
func Normalise(text string) string {
	if isASCII(text) {
		// Most texts of most businesses take this way. The result is the same, at a tenth
		// of the cost.
		return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "`", "'"))), " ")
	}
	// Marks first, because some decompose into a space and an accent.
	folded := cases.Fold().String(norm.NFKD.String(strings.Map(plainMark, text)))
	var b strings.Builder
	for _, r := range norm.NFKD.String(folded) {
		if !isAccent(r) && !isInvisible(r) {
			b.WriteRune(plainLetter(plainMark(r)))
		}
	}
	// Folded again: an accent may have kept a letter from being folded.
	plain := spelling.Replace(cases.Fold().String(norm.NFKC.String(b.String())))
	return strings.Join(strings.Fields(plainDigits(plain)), " ")
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isAccent says whether people leave out a mark when they search: accents of alphabets,
// vowel signs of Arabic and Hebrew. Marks of Indic and Thai scripts, and the voicing
// marks of kana, count as letters.
func isAccent(r rune) bool {
	if !unicode.Is(unicode.Mn, r) {
		return r == 'ـ' // return r == 'ـ' // Tatweel, which stretches Arabic script.
	}
	if r == '\u3099' || r == '\u309A' {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// isInvisible says whether a character only changes how others are shown: joiners,
// directions and soft hyphens, which copied text often has.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// digits returns the digits of a text in any script, as ASCII.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r = plainDigit(r); '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// plainDigits returns a text with its decimal digits in ASCII.
func plainDigits(text string) string { return strings.Map(plainDigit, text) }

// plainDigit returns a decimal digit as ASCII, and any other rune unchanged. Unicode has
// the digits of each script in a row from zero (The Unicode Standard, 4.6), so that no
// table is needed.
func plainDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) { //nolint:gosec // Unicode ends far below.
			return '0' + (r-rune(row.Lo))%10 //nolint:gosec // The same.
		}
	}
	return r
}

// starts returns the places in a normalised text, by rune, where a word begins. In
// scripts without spaces every character begins a word; in Hangul every syllable, because
// a given name follows the family name directly; and so does every character that is not
// a letter or digit.
func starts(runes []rune) []int {
	var at []int
	for i, r := range runes {
		switch {
		case r == ' ' || unicode.Is(unicode.M, r):
		case i == 0 || !isWord(r) || !isWord(runes[i-1]) || unspaced(r) || unspaced(runes[i-1]):
			at = append(at, i)
		}
	}
	return at
}

func isWord(r rune) bool { return isLetter(r) || unicode.IsNumber(r) }

// isLetter says whether a rune is a letter or a mark.
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.M, r) }

func unspaced(r rune) bool {
	// The long vowel mark belongs to two scripts, so Unicode assigns it to none.
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
