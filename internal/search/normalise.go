package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// spelling are letters that decompose into nothing simpler, though people who
// search leave their strokes out.
var spelling = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ŧ", "t", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d", "ß", "ss")

// Normalise brings a text into the form that is searched: composed and
// decomposed, wide and narrow, upper and lower case alike, without accents, its
// digits in ASCII, punctuation of one look as one character, letters that people
// don't type apart as one, and with one space between words. keyVersion rises when
// what it makes of any text changes.
func Normalise(text string) string {
	if isASCII(text) {
		// Most texts of most businesses: the same, at a tenth of the cost.
		return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "`", "'"))), " ")
	}
	// Marks first: some that stand alone decompose into a space and an accent.
	folded := cases.Fold().String(norm.NFKD.String(strings.Map(plainMark, text)))
	var b strings.Builder
	for _, r := range norm.NFKD.String(folded) {
		if !isAccent(r) && !isInvisible(r) {
			b.WriteRune(plainLetter(plainMark(r)))
		}
	}
	// Folded again: an accent may have stood between a letter and its case.
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

// isAccent says whether a mark is one that people leave out: accents of
// alphabets, vowel signs of Arabic and Hebrew. The marks of Indic and Thai
// scripts are letters to their readers, the voicing marks of kana too.
func isAccent(r rune) bool {
	if !unicode.Is(unicode.Mn, r) {
		return r == 'ـ' // The stretch of Arabic script.
	}
	if r == '\u3099' || r == '\u309A' {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// isInvisible says whether a character only tells how others are shown: joiners,
// directions and soft hyphens, which come with copied text.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// digits are the digits of a text, whatever script they are of, as ASCII.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r = plainDigit(r); '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// plainDigits is a text with its decimal digits in ASCII.
func plainDigits(text string) string { return strings.Map(plainDigit, text) }

// plainDigit is the ASCII digit of a decimal digit's value, and any other rune
// itself. Unicode has the digits of each script in a row that begins with its
// zero (its standard, 4.6), so that no table of values is needed.
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

// starts are the places in a normalised text, by rune, where a word begins.
// Every character does in scripts without spaces and every syllable in Hangul,
// where a given name follows the family name at once; and every character that is
// no letter or digit.
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

// isLetter says whether a rune is a letter or belongs to one.
func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.M, r) }

func unspaced(r rune) bool {
	// The long vowel's mark is of two scripts and therefore of none.
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
