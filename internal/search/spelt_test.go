package search

import (
	"strings"
	"testing"

	"clientgraph/internal/client"
)

// A filter on a long text finds it by the key that the rules of before made, too.
func TestLongValuesHaveTheirSpellingOfBefore(t *testing.T) {
	for _, text := range []string{"O’Brien", strings.Repeat("O’Brien and ", 20) + "sons"} {
		definition := client.FieldDefinition{DefinitionID: 7, Type: client.FieldText}
		key, err := FilterKey(&definition, text)
		if err != nil {
			t.Fatal(err)
		}
		before := KeySpeltBefore(key, text)
		want := keyField + "7=" + normaliseBefore(text)
		if len(text) > maxPlainKey {
			want = textKey("7", normaliseBefore(text))
		}
		if len(before) != 1 || before[0] != want || before[0] == key {
			t.Errorf("%d bytes are spelt %q, now %q; want %q", len(text), before, key, want)
		}
	}
	date := client.FieldDefinition{DefinitionID: 8, Type: client.FieldDate}
	key, err := FilterKey(&date, "2020-01-02")
	if err != nil {
		t.Fatal(err)
	}
	if before := KeySpeltBefore(key, "2020-01-02"); before != nil {
		t.Errorf("a date is spelt %q", before)
	}
}
