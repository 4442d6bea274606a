package client

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// Norwegian has one order, whichever of its tags a business names; its neighbours
// have theirs (CLDR, common/collation: no, da, sv, fi, et, de).
func TestNorwegianHasOneOrder(t *testing.T) {
	for locale, want := range map[string][]string{
		"nb": {"Adam", "Zen", "Ær", "Øl", "Ås"}, "nb-NO": {"Adam", "Zen", "Ær", "Øl", "Ås"}, "no": {"Adam", "Zen", "Ær", "Øl", "Ås"},
		"nn": {"Adam", "Zen", "Ær", "Øl", "Ås"}, "nn-NO": {"Adam", "Zen", "Ær", "Øl", "Ås"}, "da": {"Adam", "Zen", "Ær", "Øl", "Ås"},
		"sv": {"Adam", "Zen", "Ås", "Är", "Öl"}, "fi": {"Adam", "Zen", "Ås", "Är", "Öl"}, "de": {"Adam", "Är", "Ås", "Öl", "Zen"}, "et": {"Adam", "Zen", "Är", "Öl"},
	} {
		keyer := NewKeyer(&locale, "US")
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, func(a, b string) int {
			if keyer.Key(&a, 1) < keyer.Key(&b, 1) {
				return -1
			}
			return 1
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s orders %q, want %q", locale, got, want)
		}
	}
}

// Every locale of the table is ordered as CLDR says, or refused.
func TestLocalesAreOrderedAsCLDRSays(t *testing.T) {
	table, err := os.ReadFile("testdata/collations.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		locale, rule, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		if refused := rule == "refused"; refused == isOrdered(language.Make(locale)) {
			t.Errorf("%s: refused is %t, want %t", locale, !refused, refused)
		} else if refused {
			continue
		}
		keyer, words := NewKeyer(&locale, "US"), strings.Fields(rule)
		for i, next := range words[1:] {
			if keyer.Key(&words[i], 1) >= keyer.Key(&next, 1) {
				t.Errorf("%s orders %q after %q", locale, words[i], next)
			}
		}
	}
}

// A language without an order of its own in CLDR has the root's.
func TestOtherLocalesHaveTheOrderOfTheRoot(t *testing.T) {
	words := strings.Fields("a å ä b c ch č ç d dh đ e é h i ij j l ll lj n ñ ng o ö ø p s š ş t u ü w y z æ þ")
	root := NewKeyer(nil, "US")
	for _, locale := range strings.Fields("de de-AT de-CH en en-GB en-US eu fr fr-BE fr-CH fr-FR fur ga gd gsw id it lb lij ms nl nl-BE oc pt pt-BR rm sc st sw vec xh zu az-Cyrl") {
		own := NewKeyer(&locale, "US")
		for _, a := range words {
			if own.Key(&a, 1) != root.Key(&a, 1) {
				t.Errorf("%s has another key for %q than the root", locale, a)
			}
		}
	}
}
