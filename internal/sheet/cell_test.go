package sheet_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/sheet"
	"clientgraph/internal/testsize"
)

func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+@;\\ e-]{0,6}`), rapid.SampledFrom([]string{"", "'", "''", "'=", "'tis", `\e`, `\\e`, " ", "\u00a0", "' ", ";", "\xff=", "'\xff"}))
}

// TestNeutralCellIsNeverExecutedAndGivesTheTextBack, whatever the text.
func TestNeutralCellIsNeverExecutedAndGivesTheTextBack(t *testing.T) {
	testsize.Check(t, testsize.Of(2_000, 10_000, 200_000), func(r *rapid.T) {
		text := texts().Draw(r, "text")
		cell := sheet.Neutral(text)
		if sheet.IsEmpty(cell) || strings.ContainsAny(cell[:1], "=+-@\t\r\n") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") || strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") {
			r.Errorf("%q is written as %q", text, cell)
		}
		if got := sheet.Text(cell); got != text {
			r.Errorf("%q is written as %q and read as %q", text, cell, got)
		}
	})
}

// TestForeignCellsKeepTheirApostrophes, but for those that stand before a formula.
func TestForeignCellsKeepTheirApostrophes(t *testing.T) {
	for cell, want := range map[string]string{"'tis": "'tis", "O'Hara": "O'Hara", "'=1+1": "=1+1", "'+1 555": "+1 555", "": ""} {
		if got := sheet.Text(cell); got != want {
			t.Errorf("%q is read as %q, want %q", cell, got, want)
		}
	}
}

// TestListInACellKeepsItsEntries, whatever they hold.
func TestListInACellKeepsItsEntries(t *testing.T) {
	testsize.Check(t, testsize.Of(2_000, 10_000, 200_000), func(r *rapid.T) {
		entries := rapid.SliceOfN(texts(), 0, 5).Draw(r, "entries")
		separator := rapid.SampledFrom([]rune{';', ',', '|'}).Draw(r, "separator")
		cell := sheet.Join(entries, separator)
		if got := sheet.Split(cell, separator); !slices.Equal(got, entries) {
			r.Errorf("%q is written as %q and read as %q", entries, cell, got)
		}
	})
	if got := sheet.Split(` a ;b\c;; d\;e ;`, ';'); !slices.Equal(got, []string{"a", `b\c`, "d;e"}) {
		t.Errorf("what people write is read as %q", got)
	}
}
