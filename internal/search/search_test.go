package search

import (
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Whoever types a number in the digits of one script finds it in those of
// another: Unicode has the digits of each script in a row, zero first.
func TestDigitsOfEveryScriptAreTheirValue(t *testing.T) {
	count := 0
	for r := range rune(unicode.MaxRune) {
		if !unicode.IsDigit(r) {
			continue
		}
		// The count of digits so far is the value, for they come in tens.
		want := strconv.Itoa(count % 10)
		count++
		if got := digits(string(r)); got != want {
			t.Errorf("the digit %U has the value %q, want %q", r, got, want)
		}
		if got := Normalise("x" + string(r)); got != "x"+want {
			t.Errorf("the digit %U is searched as %q, want x%s", r, got, want)
		}
	}
	if count < 600 {
		t.Fatalf("looked at %d digits", count)
	}
}

// What can't be seen does not keep a text from being found.
func TestInvisibleCharactersAreNotSearched(t *testing.T) {
	for _, text := range []string{"mar\u00adtin", "\ufeffmartin", "mar\u200btin", "\u200emartin\u200e", "\u202amartin\u202c", "mar\u2060tin"} {
		if got := Normalise(text); got != "martin" {
			t.Errorf("%+q is searched as %+q", text, got)
		}
	}
}

// Searching never fails, whatever is searched for, and finds nothing but texts
// that have it.
func TestTermsOfOddCharactersAreOnlyTerms(t *testing.T) {
	for _, search := range []string{"\x00", "$where", ".*", "^a", "\\", "\"", "{", "\u0301", "\u0301\u0308\u0327", "\u200d", strings.Repeat("x", 10_000), "\xff\xfe"} {
		term, ok := NewTerm(search)
		if !ok {
			t.Errorf("%.20q is taken for blank", search)
			continue
		}
		if term.Matches("anna b") || term.Matches("") || term.called(keyed("US", "555")) {
			t.Errorf("%.20q is found where it is not", search)
		}
		if !term.None && !term.Matches("before "+search+" after") {
			t.Errorf("%.20q is not found where it is", search)
		}
		if len(term.Keys()) == 0 != term.None {
			t.Errorf("%.20q has the keys %q", search, term.Keys())
		}
	}
}

// What is normalised is bounded by the letters that its characters stand for:
// syllables of Hangul count with them, and may alone be as many as other letters.
func TestSearchesAreBoundedByWhatTheirCharactersStandFor(t *testing.T) {
	const bound = 10
	for text, refused := range map[string]bool{
		strings.Repeat("a", bound):             false,
		strings.Repeat("a", bound+1):           true,
		strings.Repeat("\uac01", bound):        false,
		strings.Repeat("\uac01", 4) + "\ufdfa": false,
		strings.Repeat("\uac00", 6) + "\ufdfa": false,
		strings.Repeat("\uac01", 5) + "\ufdfa": true,
		strings.Repeat("\uac00", 7) + "\ufdfa": true,
		strings.Repeat("\ufdfa", 2):            true,
		strings.Repeat("\xff", bound) + "\xff": true,
	} {
		if err := CheckSearch(bound, text); (err != nil) != refused {
			t.Errorf("%+q: %v", text, err)
		}
	}
}
