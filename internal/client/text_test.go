package client

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/testsize"
)

// What is compared by its letters is compared in its longest spelling too: no
// character of an address or a tag takes more bytes than maxCaseless leaves it.
func TestCaselessTakesEverySpellingOfAnAddress(t *testing.T) {
	folder := cases.Fold()
	// Neighbours fold alike: some letters of each alphabet in `make test`, all in larger runs.
	for r := rune(0); r <= unicode.MaxRune; r += rune(testsize.Of(7, 1, 1)) {
		if !utf8.ValidRune(r) {
			continue
		}
		stored := norm.NFC.String(string(r))
		most := MaxCaseless / MaxEmail * utf8.RuneCountInString(stored)
		for _, spelling := range []string{stored, norm.NFD.String(stored), norm.NFD.String(folder.String(stored)), strings.ToUpper(stored)} {
			if len(spelling) > most {
				t.Errorf("%U is %d bytes as %+q, want %d at most", r, len(spelling), spelling, most)
			}
		}
	}
	longest := strings.Repeat("한", MaxEmail)
	if spelling := norm.NFD.String(longest); Caseless(spelling) != longest {
		t.Errorf("%d bytes are not compared by their letters", len(spelling))
	}
	beyond := strings.Repeat("É", MaxCaseless)
	if Caseless(beyond) != beyond {
		t.Error("what nobody has is folded")
	}
}
