package search

import (
	"cmp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/collate"
	"pgregory.net/rapid"

	"clientgraph/internal/testsize"
)

// anyName is a name in one of many scripts, or any text at all; often the
// beginning of another.
func anyName() *rapid.Generator[string] {
	syllables := rapid.SampledFrom([]string{
		"a", "A", "á", "a\u0301", "ä", "Å", "ß", "ss", "z", "Z", "æ", "ø", "ch", "ll", "ñ", "-", " ", "'", "o", "O'", "1", "10", "2",
		"Я", "я", "ё", "γ", "Σ", "ς", "山", "田", "やま", "ヤマ", "김", "한", "م", "ش", "ש", "क", "ก", "😀", "\u200d", ".",
	})
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(syllables, 0, 6).Draw(t, "name"), "") }),
		rapid.String(),
	)
}

// orderLocales are locales whose order is that of the library's collator;
// changedLocales are some whose scripts or capitals come first.
var (
	orderLocales   = []string{"", "sv", "de", "es", "pl", "fr-CA"}
	changedLocales = []string{"ja", "zh", "da", "ru", "ko", "mt", "hi"}
)

// Keys compare as the language's collator does, ties by id.
func TestPropertyKeysAreInTheOrderOfTheLanguage(t *testing.T) {
	testsize.Check(t, testsize.Of(500, 3000, 50_000), func(rt *rapid.T) {
		locale := rapid.SampledFrom(orderLocales).Draw(rt, "locale")
		a, b := anyName().Draw(rt, "a"), anyName().Draw(rt, "b")
		if rapid.Bool().Draw(rt, "b begins with a") {
			b = a + b
		}
		idA, idB := rapid.Int64Min(1).Draw(rt, "id of a"), rapid.Int64Min(1).Draw(rt, "id of b")
		indexer := NewIndexer(&locale, "US")
		got := cmp.Compare(indexer.SortKey(&a, idA), indexer.SortKey(&b, idB))
		want := cmp.Or(collate.New(orderingOf(locale).table).CompareString(a, b), cmp.Compare(idA, idB))
		if got != want {
			rt.Fatalf("%q (%d) and %q (%d) in %q: the keys compare %d, the collator %d", a, idA, b, idB, locale, got, want)
		}
		if (indexer.SortKey(&a, idA) == indexer.SortKey(&b, idB)) != (want == 0) {
			rt.Fatalf("%q (%d) and %q (%d) share a key", a, idA, b, idB)
		}
	})
}

// Putting scripts and capitals first makes no names equal, and none different, that
// the library's collator has otherwise.
func TestPropertyChangedOrdersTellTheSameNamesApart(t *testing.T) {
	testsize.Check(t, testsize.Of(500, 3000, 50_000), func(rt *rapid.T) {
		locale := rapid.SampledFrom(changedLocales).Draw(rt, "locale")
		a, b := anyName().Draw(rt, "a"), anyName().Draw(rt, "b")
		indexer, collator := NewIndexer(&locale, "US"), collate.New(orderingOf(locale).table)
		if (indexer.SortKey(&a, 1) == indexer.SortKey(&b, 1)) != (collator.CompareString(a, b) == 0) {
			rt.Fatalf("%q and %q in %q: one key is %t", a, b, locale, indexer.SortKey(&a, 1) == indexer.SortKey(&b, 1))
		}
		var buffer collate.Buffer
		original := collator.KeyFromString(&buffer, a)
		if changed := indexer.order.Apply(original); len(a) > 0 && len(original) > 0 && len(changed) == 0 {
			rt.Fatalf("%q has no key in %q", a, locale)
		}
	})
}

func TestKeyOfNoNameComesFirst(t *testing.T) {
	indexer := NewIndexer(nil, "US")
	for _, name := range []string{" ", "!", "0", "a"} {
		if indexer.SortKey(nil, 1<<62) >= indexer.SortKey(&name, 1) {
			t.Errorf("no name comes after %q", name)
		}
	}
	if indexer.SortKey(nil, 9) >= indexer.SortKey(nil, 10) {
		t.Error("two clients without a name are not in the order of their ids")
	}
}

func TestIndexerIsSafeForConcurrentUse(t *testing.T) {
	indexer := NewIndexer(nil, "US")
	name := "Émile 山田"
	want := indexer.SortKey(&name, 7)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if got := indexer.SortKey(&name, 7); got != want {
					t.Errorf("got another key: %s", got)
				}
			}
		})
	}
	group.Wait()
}

// Of any number of settings the indexers in recent use are kept.
func TestIndexersInRecentUseAreKeptAndNoMore(t *testing.T) {
	t.Parallel()
	indexers := &Indexers{}
	often := indexers.Of(Settings{Locale: "de", PhoneRegion: "DE"})
	once := indexers.Of(Settings{PhoneRegion: "once"})
	for i := range 2 * maxIndexers {
		indexers.Of(Settings{PhoneRegion: strings.Repeat("x", i)})
		if indexers.Of(Settings{Locale: "de", PhoneRegion: "DE"}) != often {
			t.Fatal("one that is asked for again and again was made anew")
		}
	}
	if len(indexers.kept) != maxIndexers {
		t.Errorf("%d are kept, want %d", len(indexers.kept), maxIndexers)
	}
	if indexers.Of(Settings{PhoneRegion: "once"}) == once {
		t.Error("one that was asked for once, long ago, is kept")
	}
}
