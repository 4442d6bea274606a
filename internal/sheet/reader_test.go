package sheet_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"clientgraph/internal/sheet"
)

// rowsOf reads a whole text: each row as its number, its cells and the codes of what
// is wrong with it.
func rowsOf(t testing.TB, text io.Reader, delimiter byte) (rows []string, err error) {
	t.Helper()
	r, err := sheet.NewReader(text, delimiter)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		told := fmt.Sprintf("%d %q", row.Number, row.Cells)
		for _, fault := range row.Faults {
			told += fmt.Sprintf(" %s@%d", fault.Code, fault.Cell)
		}
		rows = append(rows, told)
	}
}

// TestReaderReadsWhatSpreadsheetsWrite: every end of a row, quotes, empty rows, which
// count, and the delimiter that the first row has.
func TestReaderReadsWhatSpreadsheetsWrite(t *testing.T) {
	for text, want := range map[string][]string{
		"a,b\n1,2\n":                      {`1 ["a" "b"]`, `2 ["1" "2"]`},
		"a;b,c;d\r\n1;2;3\r\n":            {`1 ["a" "b,c" "d"]`, `2 ["1" "2" "3"]`},
		"a\tb\r1\t2\r":                    {`1 ["a" "b"]`, `2 ["1" "2"]`},
		"a|b|c\n":                         {`1 ["a" "b" "c"]`},
		"\"a;;;\",b\n":                    {`1 ["a;;;" "b"]`},
		"sep=;\na;b,b,b\n":                {`2 ["a" "b,b,b"]`},
		"\n\na\n\n\"x\r\ny\",\"\"\"q\"\n": {`3 ["a"]`, `5 ["x\r\ny" "\"q"]`},
		"a,5\" pipe\n":                    {`1 ["a" "5\" pipe"]`},
		"a,b\n1,\n,":                      {`1 ["a" "b"]`, `2 ["1" ""]`, `3 ["" ""]`},
		"":                                nil,
		"a,b\n\"x\"y,\"z\" \n1,2":         {`1 ["a" "b"]`, `2 ["xy" "z "] STRAY_QUOTE@0`, `3 ["1" "2"]`},
	} {
		got, err := rowsOf(t, strings.NewReader(text), 0)
		if diff := gocmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
}

// TestReaderTellsWhereAQuoteIsNotClosed.
func TestReaderTellsWhereAQuoteIsNotClosed(t *testing.T) {
	rows, err := rowsOf(t, strings.NewReader("a,b\n1,\"2\n3,4\n"), 0)
	fault, is := errors.AsType[*sheet.Fault](err)
	if !is || fault.Row != 2 || fault.Cell != 1 || fault.Code != sheet.CodeUnclosedQuote || len(rows) != 1 {
		t.Errorf("%v, after %q", err, rows)
	}
}

// TestReaderHoldsNoMoreThanARow: a cell, and a row, beyond the bounds is told, the rows
// after it are read, and a quote that nobody closes costs no more.
func TestReaderHoldsNoMoreThanARow(t *testing.T) {
	long := strings.Repeat("x", sheet.MaxCell+1)
	rows, err := rowsOf(t, strings.NewReader("a,b\n1,"+long+"\n3,4\n"), 0)
	if err != nil || len(rows) != 3 || !strings.HasSuffix(rows[1], " TOO_LONG@1") || rows[2] != `3 ["3" "4"]` {
		t.Errorf("%v: %d rows", err, len(rows))
	}
	rows, err = rowsOf(t, strings.NewReader(strings.Repeat(strings.Repeat("y", sheet.MaxCell)+",", 9)+"\na,b\n"), ',')
	if err != nil || len(rows) != 2 || !strings.HasSuffix(rows[0], " TOO_LONG@-1") || rows[1] != `2 ["a" "b"]` {
		t.Errorf("%v: %d rows", err, len(rows))
	}
	rows, err = rowsOf(t, strings.NewReader(strings.Repeat(",", sheet.MaxCells)+"\na\n"), ',')
	if err != nil || len(rows) != 2 || !strings.HasSuffix(rows[0], " TOO_MANY_CELLS@-1") {
		t.Errorf("%v: %d rows", err, len(rows))
	}
	const size = 16 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = rowsOf(t, io.MultiReader(strings.NewReader("a\n\""), io.LimitReader(zeros{}, size)), 0)
	runtime.ReadMemStats(&after)
	if fault, is := errors.AsType[*sheet.Fault](err); !is || fault.Code != sheet.CodeUnclosedQuote || fault.Row != 2 {
		t.Errorf("%v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 6<<20 {
		t.Errorf("%d bytes were allocated for a cell of %d", grown, size)
	}
}

// zeros is text without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// TestEncodingIsFound, and the text is the same in each.
func TestEncodingIsFound(t *testing.T) {
	const text = "Zoë,Łódź\n€,ﬁ\n"
	utf16 := func(order unicode.Endianness, text string) string {
		encoded, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	latin, err := charmap.Windows1252.NewEncoder().String("Zoë,€,“”\n")
	if err != nil {
		t.Fatal(err)
	}
	// A character of several bytes lies across the pieces that are read.
	long := strings.Repeat("x", 64<<10-1) + "é"
	for _, c := range []struct {
		file, text string
		want       sheet.Encoding
	}{
		{text, text, sheet.UTF8},
		{"\ufeff" + text, text, sheet.UTF8},
		{utf16(unicode.LittleEndian, text), text, sheet.UTF16LE},
		{utf16(unicode.BigEndian, text), text, sheet.UTF16BE},
		// Without a mark.
		{utf16(unicode.LittleEndian, text)[2:], text, sheet.UTF16LE},
		{utf16(unicode.BigEndian, text)[2:], text, sheet.UTF16BE},
		{utf16(unicode.LittleEndian, "имя;Фамилия\nЖанна;Ё\n")[2:], "имя;Фамилия\nЖанна;Ё\n", sheet.UTF16LE},
		// A zero that got into a file of another encoding, and zeros on both sides.
		{"a,b\n\x00,x\n", "a,b\n\x00,x\n", sheet.UTF8},
		{strings.Repeat("x", 3000) + "\x00", strings.Repeat("x", 3000) + "\x00", sheet.UTF8},
		{strings.Repeat("abc", 300) + "\x00\x00", strings.Repeat("abc", 300) + "\x00\x00", sheet.UTF8},
		{latin, "Zoë,€,“”\n", sheet.Windows1252},
		{long, long, sheet.UTF8},
		{long[:len(long)-1], strings.Repeat("x", 64<<10-1) + "Ã", sheet.Windows1252},
		{"", "", sheet.UTF8},
		{"é", "é", sheet.UTF8},
	} {
		got, err := sheet.Detect(strings.NewReader(c.file))
		if err != nil || got != c.want {
			t.Errorf("%.20q is %s, want %s: %v", c.file, got, c.want, err)
		}
		decoded, err := io.ReadAll(sheet.Decode(strings.NewReader(c.file), got))
		if err != nil || string(decoded) != c.text {
			t.Errorf("%.20q is read as %.20q: %v", c.file, decoded, err)
		}
	}
}

// FuzzReader: whatever a file holds, it is read to its end or to a fault, within the
// bounds; and what a writer wrote is read as it was.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"\r\nb\";c\r\n", "sep=|\na|\"b", "\xff\xfea\x00", "'=x,\"y\"z", "\"sep=\",\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		encoding, err := sheet.Detect(strings.NewReader(string(file)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := sheet.NewReader(sheet.Decode(strings.NewReader(string(file)), encoding), 0)
		if err != nil {
			t.Fatal(err)
		}
		var all [][]string
		for last := int64(0); ; {
			row, err := r.Next()
			if err != nil {
				if _, is := errors.AsType[*sheet.Fault](err); !is && !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
			if row.Number <= last || len(row.Cells) == 0 || len(row.Cells) > sheet.MaxCells {
				t.Fatalf("row %d of %d cells after row %d", row.Number, len(row.Cells), last)
			}
			last = row.Number
			all = append(all, row.Cells)
		}
		var written strings.Builder
		w := csv.NewWriter(&written)
		w.Comma = ';'
		if w.WriteAll(all) != nil {
			return
		}
		again, err := sheet.NewReader(strings.NewReader(written.String()), ';')
		if err != nil {
			t.Fatal(err)
		}
		for _, cells := range all {
			// A row of one empty cell is written as nothing, and a first line such as "sep=,"
			// or, of two cells, "sep=;" names the delimiter.
			if len(cells) == 1 && cells[0] == "" || strings.HasPrefix(strings.Join(cells, ";"), "sep=") {
				return
			}
			row, err := again.Next()
			if err != nil || !slices.Equal(row.Cells, cells) {
				t.Fatalf("%q was written, and %q read: %v", cells, row.Cells, err)
			}
		}
	})
}
