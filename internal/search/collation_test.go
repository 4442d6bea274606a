package search

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"clientgraph/internal/testsize"
)

// orders calls a function with each of CLDR's locales and words in ascending order.
func orders(t *testing.T, each func(locale string, words []string)) {
	t.Helper()
	table, err := os.Open("testdata/collations.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = table.Close() }()
	lines := bufio.NewScanner(table)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		locales, words, found := strings.Cut(lines.Text(), ": ")
		if !found || strings.HasPrefix(locales, "#") {
			continue
		}
		for locale := range strings.FieldsSeq(locales) {
			spaced := strings.Fields(words)
			for i := range spaced {
				spaced[i] = strings.ReplaceAll(spaced[i], "_", " ")
			}
			each(locale, spaced)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// misordered are the neighbours among ascending words that a locale's keys don't
// have in that order.
func misordered(locale string, words []string) []string {
	indexer := NewIndexer(&locale, "US")
	var wrong []string
	for i, next := range words[1:] {
		if indexer.SortKey(&words[i], 1) >= indexer.SortKey(&next, 1) {
			wrong = append(wrong, words[i]+"<"+next)
		}
	}
	return wrong
}

// Each of CLDR's locales is ordered as CLDR says, or refused.
func TestLocalesAreOrderedAsCLDRSays(t *testing.T) {
	// The ICU that made the table has no order of these, but CLDR has.
	unlisted := strings.Fields("aa aa-DJ aa-ER bal bal-Arab bal-Latn cu sgs ssy vec vo")
	count := 0
	orders(t, func(locale string, words []string) {
		count++
		// Their order is what takes time: a fifth of them in `make test`, all in larger runs.
		if count%testsize.Of(5, 1, 1) != 0 {
			return
		}
		accepted := IsOrdered(language.Make(locale))
		if slices.Contains(unlisted, locale) {
			if accepted {
				t.Errorf("%s is accepted", locale)
			}
			return
		}
		wrong := misordered(locale, words)
		if accepted && len(wrong) > 0 {
			t.Errorf("%s is accepted, and has %d of %d wrong: %q", locale, len(wrong), len(words), wrong[:min(20, len(wrong))])
		}
		if !accepted && len(wrong) == 0 {
			t.Errorf("%s is refused, and nothing is wrong with it", locale)
		}
	})
	if count < 700 {
		t.Errorf("the table has %d locales", count)
	}
}

// What -u- asks of the order is done, or refused.
func TestOptionsOfTheOrderAreDoneOrRefused(t *testing.T) {
	for locale, want := range map[string]bool{
		"de": true, "de-u-co-phonebk": true, "de-u-co-standard": true, "de-AT-u-co-phonebk": false, "de-u-co-eor": false, "en-u-co-phonebk": false,
		"es-u-co-trad": false, "zh-u-co-stroke": false, "en-u-kn-true": true, "en-u-kn": true, "en-u-kf-upper": false, "en-u-kr-grek": false, "en-u-ks-level1": false,
		"en-u-ka-shifted": false, "en-US-u-va-posix": false, "fr-u-kb-true": false, "ar-u-nu-latn": false, "fa-u-ca-persian-nu-latn": true,
		"lv-LV": false, "uz-Latn-UZ": false, "sr-ME": false, "sr-Latn-ME": true, "sr-Cyrl-ME": true, "fa-IR": true, "fa-AF": false,
	} {
		if got := IsOrdered(language.Make(locale)); got != want {
			t.Errorf("%s is accepted: %t, want %t", locale, got, want)
		}
	}
	if wrong := misordered("de-u-co-phonebk", []string{"Ad", "Ä", "Af", "Od", "Ö", "Of", "Ud", "Ü", "Uf"}); wrong != nil {
		t.Errorf("the phone book has %q", wrong)
	}
	for _, locale := range []string{"sv-u-co-standard", "fi-u-co-standard"} {
		if wrong := misordered(locale, []string{"v", "vz", "w", "x", "z", "å", "ä", "ö"}); wrong != nil {
			t.Errorf("%s has %q", locale, wrong)
		}
	}
}
