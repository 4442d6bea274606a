package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

// names returns the members of an object, from x0, without its braces.
func names(count int) string {
	var all strings.Builder
	for n := range count {
		fmt.Fprintf(&all, `"x%d":1,`, n)
	}
	return strings.TrimSuffix(all.String(), ",")
}

func headersFor(mapping Mapping) *headers {
	all := definitions()
	return newHeaders(columnsOf(all), all, mapping)
}

// readAll reads all rows of a file.
func readAll(t *testing.T, rows rowReader, count int) []clientRow {
	t.Helper()
	var all []clientRow
	for range count {
		row, err := rows.next()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

// TestLineOfTooManyNamesIsReadNoFurther: it is one problem, though invalid JSON follows
// the names, and the next line is read.
func TestLineOfTooManyNamesIsReadNoFurther(t *testing.T) {
	for _, mapping := range []Mapping{nil, {every: ""}} {
		file := "{" + names(sheet.MaxCells+1) + ",]\n" + `{"city":"X"}` + "\n"
		rows := readAll(t, newJSONRows(strings.NewReader(file), headersFor(mapping)), 2)
		if got := rows[0].problems; len(got) != 1 || got[0].Code != client.CodeTooMany || got[0].Column != "" || got[0].Row != 1 {
			t.Errorf("%d problems: %.3v", len(got), got)
		}
		if city, _ := rows[1].value("city"); city != "X" || rows[1].problems != nil {
			t.Errorf("the next line: %+v", rows[1])
		}
	}
	file := "{" + names(sheet.MaxCells) + "}\n"
	if row := readAll(t, newJSONRows(strings.NewReader(file), headersFor(Mapping{every: ""})), 1)[0]; row.problems != nil {
		t.Errorf("a line of as many names as there may be: %v", row.problems)
	}
}

// TestProblemsOfARowAreBounded: a hundred are reported, then one says that there are
// more.
func TestProblemsOfARowAreBounded(t *testing.T) {
	check := func(what string, got []Problem) {
		t.Helper()
		if len(got) != maxProblems+1 || got[maxProblems].Code != client.CodeTooMany || got[maxProblems].Column != "" || got[maxProblems-1].Code == client.CodeTooMany {
			t.Errorf("%s: %d problems, the last %+v", what, len(got), got[len(got)-1])
		}
	}
	row := readAll(t, newJSONRows(strings.NewReader("{"+names(maxProblems+50)+"}"), headersFor(nil)), 1)[0]
	check("names that are unknown", row.problems)
	i := &clientImport{source: &source{}}
	check("as errors of the row", i.problemsOf(row, i.inputOf(row).Wrong))
	var errs client.Errors
	for n := range maxProblems + 50 {
		errs = append(errs, client.Path{pathHeader, fmt.Sprint(n)}.At(&client.Error{Code: CodeUnknownColumn}))
	}
	check("errors of rules", i.problemsOf(row, errs))
	if got := i.problemsOf(row, errs[:maxProblems]); len(got) != maxProblems || got[maxProblems-1].Code != CodeUnknownColumn {
		t.Errorf("as many as are told: %d", len(got))
	}
	file := "city\n" + strings.Repeat(`"a"b,`, 5_000) + "\nX\n"
	cells, err := newSheetRows(strings.NewReader(file), ',', headersFor(nil), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	rows := readAll(t, cells, 2)
	check("cells of a row", rows[0].problems)
	if rows[1].problems != nil {
		t.Errorf("the next row: %v", rows[1].problems)
	}
}

// TestLongHeaderIsShownByItsBeginning: neither problems of rows nor the survey of the
// file have all of it.
func TestLongHeaderIsShownByItsBeginning(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	rows := newJSONRows(strings.NewReader(`{"`+long+`":1}`), headersFor(nil))
	if got := readAll(t, rows, 1)[0].problems; len(got) != 1 || len(got[0].Column) > maxShown+3 || !strings.HasPrefix(got[0].Column, "éé") {
		t.Errorf("%d problems, %.20v", len(got), got)
	}
	left := newJSONRows(strings.NewReader(`{"`+long+`":1}`), headersFor(Mapping{every: ""}))
	if row := readAll(t, left, 1)[0]; row.problems != nil || len(left.known) != 0 {
		t.Errorf("%v, %d names are kept", row.problems, len(left.known))
	}
	cells, err := newSheetRows(strings.NewReader("city,"+long+"\nX,\"a\"b\n"), ',', headersFor(Mapping{every: ""}), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, cells, 1)[0].problems; len(got) != 1 || len(got[0].Column) > maxShown+3 {
		t.Errorf("%d problems of a cell", len(got))
	}
}

// TestManyRowsWithTheKeyOfAnEarlierOneAreTheFaultOfTheFile: the number of those stored is
// bounded, and the column is reported.
func TestManyRowsWithTheKeyOfAnEarlierOneAreTheFaultOfTheFile(t *testing.T) {
	s := &source{options: ImportOptions{Match: MatchEmailAddress}, survey: survey{repeated: map[int64]int64{}}}
	for row := range int64(mostRepeated + 1) {
		s.index = append(s.index, keyed{1, 1, row + 2})
	}
	if err := s.findRepeated(); err != nil {
		t.Fatal(err)
	}
	s.index = append(s.index, keyed{1, 1, mostRepeated + 3})
	whole, is := errors.AsType[*FileError](s.findRepeated())
	if !is || len(whole.Problems) != 1 || whole.Problems[0].Code != CodeDuplicateKey || whole.Problems[0].Column != "emailAddress" {
		t.Errorf("%v", whole)
	}
}

// TestMappingOfManyHeadersLooksAtEachHeaderOnce: a header with many spaces is parsed
// once, not for each name of the mapping.
func TestMappingOfManyHeadersLooksAtEachHeaderOnce(t *testing.T) {
	mapping := Mapping{}
	var named strings.Builder
	for n := range 1_000 {
		mapping[fmt.Sprint("h", n)] = ""
		fmt.Fprintf(&named, ",h%d", n)
	}
	_, err := newSheetRows(strings.NewReader(strings.Repeat(" ", 1<<16)+named.String()+"\n"), ',', headersFor(mapping), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = newSheetRows(strings.NewReader("city\n"), ',', headersFor(mapping), Reading{})
	if whole, is := errors.AsType[*FileError](err); !is || len(whole.Problems) != len(mapping) || whole.Problems[0].Code != CodeMissingColumn {
		t.Errorf("%v", err)
	}
}

// TestRowThatIsRefusedCountsWithAllItsBytes: a batch has it in memory until it is
// reported.
func TestRowThatIsRefusedCountsWithAllItsBytes(t *testing.T) {
	const size = 10_000
	cells, err := newSheetRows(strings.NewReader("city\n"+strings.Repeat("x", size)+",\n"), ',', headersFor(nil), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	if row := readAll(t, cells, 1)[0]; len(row.problems) != 1 || row.size != size {
		t.Errorf("%d bytes, %v", row.size, row.problems)
	}
}
