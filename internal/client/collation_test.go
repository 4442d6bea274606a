package client

import (
	"slices"
	"testing"
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
