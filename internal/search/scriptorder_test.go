package search

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Scripts that come first keep their own order, and leave that of the others alone.
func TestScriptOrderMovesWholeScripts(t *testing.T) {
	words := strings.Fields("- 1 a æ z α Ω а я ӏ א ב ا پ अ ह ক ก 가 힣 あ ん 一 龥")
	for locale, first := range map[string]string{"ru": "аяӏ", "el": "αΩ", "hi": "अहক", "mn": "аяӏ"} {
		want := slices.Clone(words)
		slices.SortStableFunc(want, func(a, b string) int { return moved(first, a) - moved(first, b) })
		if wrong := misordered(locale, want); wrong != nil {
			t.Errorf("%s has %q", locale, wrong)
		}
	}
}

// moved is 0 for signs and digits, 1 for words of scripts that come first, and 2 for others.
func moved(first, word string) int {
	switch {
	case word < "a":
		return 0
	case strings.Contains(first, word):
		return 1
	}
	return 2
}

// A locale without scripts that come first has the library's keys, byte for byte.
func TestKeysOfOtherLocalesAreTheLibrarys(t *testing.T) {
	for _, locale := range []string{"en", "sv", "de-u-co-phonebk", "pl-u-kn-true"} {
		order := newSortKeyOrder(orderingOf(locale))
		collator := collate.New(language.Make(locale))
		for _, name := range []string{"", "Ångström", "Łódź 12", "Иван", "王", "a\u0000b"} {
			var buffer collate.Buffer
			key := collator.KeyFromString(&buffer, name)
			if got := order.Apply(bytes.Clone(key)); !bytes.Equal(got, key) {
				t.Errorf("%s has key %x for %q, want %x", locale, got, name, key)
			}
		}
	}
}

// Digits compare by their value in a locale that asks for it, with its scripts first.
func TestNumbersByValueWithScriptsFirst(t *testing.T) {
	if wrong := misordered("ru-u-kn-true", []string{"2", "10", "Дом 9", "Дом 10", "Дом 100", "House 9", "House 10"}); wrong != nil {
		t.Errorf("has %q", wrong)
	}
}
