package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/sheet"
)

// Problem is an error in a file of clients.
type Problem struct {
	// Row is the row's number as in spreadsheets, or the line in JSON Lines; the header
	// is row 1. 0 is the file as a whole.
	Row int64
	// Column is the header of the cell as in the file; empty for the row as a whole.
	Column  string
	Code    client.Code
	Message string
}

// FileError has the errors of a file as a whole: nothing was imported.
type FileError struct {
	// Problems has one problem or more.
	Problems []Problem
}

func (e *FileError) Error() string {
	p := e.Problems[0]
	at := ""
	if p.Row > 0 {
		at = fmt.Sprintf("row %d: ", p.Row)
	}
	if p.Column != "" {
		at += fmt.Sprintf("column %q: ", p.Column)
	}
	return fmt.Sprintf("%s%s: %s", at, p.Code, p.Message)
}

// given is a value of a row with its column.
type given struct {
	column *Column
	// header is the column's header in the file.
	header string
	value  any
}

// clientRow is one row of a file.
type clientRow struct {
	number   int64
	given    []given
	problems []Problem
	// cells are the row's cells in a CSV file.
	cells []string
	// size is the number of bytes of the row in the file, and roughly the overhead of its
	// lists in memory.
	size int
}

// value returns the row's value in a column.
func (r *clientRow) value(name string) (any, bool) {
	for _, g := range r.given {
		if g.column.Name == name {
			return g.value, true
		}
	}
	return nil, false
}

// wrong adds a problem to the row, unless it has maxProblems.
func (r *clientRow) wrong(column string, err *client.Error) {
	if len(r.problems) > maxProblems {
		return
	}
	if len(r.problems) == maxProblems {
		column, err = "", moreProblems()
	}
	r.problems = append(r.problems, Problem{r.number, column, err.Code, err.Message})
}

// rowReader reads the rows of a file until io.EOF. A *FileError ends the file.
type rowReader interface {
	next() (clientRow, error)
	// mapped returns the headers read so far, with their columns.
	mapped() []Mapped
}

// sheetRows are the rows of a CSV file.
type sheetRows struct {
	sheet   *sheet.Reader
	names   []string
	columns []*Column
	reading Reading
}

// newSheetRows reads the header.
func newSheetRows(text io.Reader, delimiter byte, h *headers, reading Reading) (*sheetRows, error) {
	r, err := sheet.NewReader(text, delimiter)
	if err != nil {
		return nil, err
	}
	header, err := r.Next()
	if errors.Is(err, io.EOF) {
		return nil, &FileError{[]Problem{{0, "", CodeEmptyFile, "want the names of the columns in the first row"}}}
	}
	rows := &sheetRows{sheet: r, reading: reading}
	if err != nil {
		return nil, rows.ended(err)
	}
	rows.names = slices.Clone(header.Cells)
	for i, name := range rows.names {
		rows.names[i] = shown(name)
	}
	columns, wrong := h.all(header.Cells)
	var problems []Problem
	for _, fault := range header.Faults {
		problems = append(problems, rows.problem(fault))
	}
	for i, name := range rows.names {
		if err := wrong[i]; err != nil {
			problems = append(problems, Problem{header.Number, name, err.Code, err.Message})
		}
	}
	there := make(map[string]bool, len(header.Cells))
	for _, name := range header.Cells {
		there[plainHeader(name)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(h.mapping)) {
		if name != every && !there[name] {
			problems = append(problems, Problem{header.Number, name, CodeMissingColumn, "the mapping names this header, which the file has not"})
		}
	}
	rows.columns = columns
	if problems != nil {
		return rows, &FileError{problems}
	}
	return rows, nil
}

func (r *sheetRows) mapped() []Mapped {
	all := make([]Mapped, len(r.names))
	for i, name := range r.names {
		all[i].Header = name
		if c := r.columns[i]; c != nil && c.use != exported {
			all[i].Column = c.Name
		}
	}
	return all
}

// ended converts the error that ended the file: one in the file, or one of reading it.
func (r *sheetRows) ended(err error) error {
	if fault, is := errors.AsType[*sheet.Fault](err); is {
		return &FileError{[]Problem{r.problem(fault)}}
	}
	return err
}

func (r *sheetRows) problem(fault *sheet.Fault) Problem {
	column := ""
	if fault.Cell >= 0 && fault.Cell < len(r.names) {
		column = r.names[fault.Cell]
	}
	return Problem{fault.Row, column, client.Code(fault.Code), fault.Message}
}

func (r *sheetRows) next() (clientRow, error) {
	read, err := r.sheet.Next()
	if errors.Is(err, io.EOF) {
		return clientRow{}, io.EOF
	}
	if err != nil {
		return clientRow{}, r.ended(err)
	}
	row := clientRow{number: read.Number, cells: read.Cells}
	for _, cell := range read.Cells {
		row.size += len(cell)
	}
	for _, fault := range read.Faults {
		row.problems = append(row.problems, r.problem(fault))
	}
	if len(read.Cells) != len(r.columns) {
		row.wrong("", &client.Error{Code: CodeRaggedRow, Message: fmt.Sprintf("want %d cells, as the header has, not %d", len(r.columns), len(read.Cells))})
	}
	if row.problems != nil {
		return row, nil
	}
	for i, cell := range read.Cells {
		c := r.columns[i]
		if c == nil || c.use == exported {
			continue
		}
		if value, says := c.valueOf(cell, r.reading); says {
			row.given = append(row.given, given{c, r.names[i], value})
			row.size += overheadOf(value)
		}
	}
	return row, nil
}

// jsonRows are the rows of JSON Lines: one object a line. Blank lines are ignored.
type jsonRows struct {
	in      *bufio.Reader
	line    []byte
	number  int64
	headers *headers
	// known are the headers read so far with their columns, up to a bound.
	known map[string]*Column
	order []Mapped
}

func newJSONRows(text io.Reader, h *headers) *jsonRows {
	return &jsonRows{in: bufio.NewReaderSize(text, writeAhead), headers: h, known: map[string]*Column{}}
}

func (r *jsonRows) mapped() []Mapped { return r.order }

// read reads a line, and keeps at most sheet.MaxCell bytes of it.
func (r *jsonRows) read() (line []byte, tooLong bool, err error) {
	r.line = r.line[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.line)+len(part) > sheet.MaxCell {
			tooLong = true
		} else {
			r.line = append(r.line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(r.line) == 0 && !tooLong {
			return nil, false, io.EOF
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, false, fmt.Errorf("read the file: %w", err)
		}
		return bytes.TrimSpace(r.line), tooLong, nil
	}
}

func (r *jsonRows) next() (clientRow, error) {
	for {
		line, tooLong, err := r.read()
		if err != nil {
			return clientRow{}, err
		}
		r.number++
		row := clientRow{number: r.number}
		switch {
		case tooLong:
			row.wrong("", &client.Error{Code: client.CodeTooLong, Message: fmt.Sprintf("want at most %d bytes in a line", sheet.MaxCell)})
			return row, nil
		case len(line) > 0:
			r.object(line, &row)
			return row, nil
		}
	}
}

// object reads the object of a line.
func (r *jsonRows) object(line []byte, row *clientRow) {
	invalid := &client.Error{Code: CodeInvalidJSON, Message: "want one JSON object a line"}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		row.wrong("", invalid)
		return
	}
	row.size = len(line)
	seen := map[*Column]bool{}
	for names := 0; decoder.More(); names++ {
		if names == sheet.MaxCells {
			row.given, row.problems = nil, nil
			row.wrong("", &client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("want at most %d names in a line", sheet.MaxCells)})
			return
		}
		token, err := decoder.Token()
		name, ok := token.(string)
		var value any
		if err == nil && ok {
			err = decoder.Decode(&value)
		}
		if err != nil || !ok {
			row.wrong("", invalid)
			return
		}
		c, wrong := r.column(name)
		switch {
		case wrong != nil:
			row.wrong(shown(name), wrong)
		case c == nil || c.use == exported:
		case seen[c]:
			row.wrong(shown(name), &client.Error{Code: CodeDuplicateColumn, Message: "another name of this line is taken for the same column"})
		default:
			seen[c] = true
			row.given = append(row.given, given{c, shown(name), value})
			row.size += overheadOf(value)
		}
	}
	if _, err := decoder.Token(); err != nil {
		row.wrong("", invalid)
	} else if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		row.wrong("", invalid)
	}
}

// column is the column of a name.
func (r *jsonRows) column(name string) (*Column, *client.Error) {
	if c, known := r.known[name]; known {
		return c, nil
	}
	c, err := r.headers.column(name)
	if err == nil && len(r.known) < sheet.MaxCells && len(name) <= maxShown {
		r.known[name] = c
		mapped := Mapped{Header: name}
		if c != nil && c.use != exported {
			mapped.Column = c.Name
		}
		r.order = append(r.order, mapped)
	}
	return c, err
}

// keyText returns the text of a key.
func keyText(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}
