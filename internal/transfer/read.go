package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"clientgraph/internal/client"
)

// Format is the format of a file.
type Format string

// The formats, by file name extension.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// FormatOf returns the format of a file name's extension; false if there is none.
func FormatOf(file string) (Format, bool) {
	for _, format := range []Format{CSV, JSONL} {
		if strings.HasSuffix(strings.ToLower(file), "."+string(format)) {
			return format, true
		}
	}
	return "", false
}

// maxLine bounds a line of JSON in bytes.
const maxLine = 1 << 20

// line is an entry, with the number of the line that it begins on, from 1. If wrong has
// an error of the line, there are no values.
type line struct {
	number int
	values client.Values
	wrong  string
}

// reader reads the lines of a file until io.EOF. After any other error the rest of the
// file can't be read.
type reader interface {
	next() (line, error)
}

// newReader returns a reader after reading the beginning of a file.
func newReader(file io.Reader, format Format, s shape) (reader, error) {
	buffered := bufio.NewReader(file)
	if mark, err := buffered.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		// Spreadsheets write a byte order mark.
		_, _ = buffered.Discard(len(mark))
	}
	if format == CSV {
		return newCSV(buffered, s)
	}
	scanner := bufio.NewScanner(buffered)
	scanner.Buffer(nil, maxLine)
	return &jsonLines{scanner: scanner, shape: s}, nil
}

// csvLines reads CSV (RFC 4180). The first line has the names of the columns.
type csvLines struct {
	csv    *csv.Reader
	header []*column
}

func newCSV(file io.Reader, s shape) (*csvLines, error) {
	r := &csvLines{csv: csv.NewReader(file)}
	names, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line 1: want the names of the columns")
	}
	if err != nil {
		return nil, unreadable(err)
	}
	seen := map[string]bool{}
	for _, name := range names {
		c := s.column(name)
		switch {
		case c == nil:
			return nil, fmt.Errorf("line 1: %q is not a column: want %s", name, s.names())
		case seen[name]:
			return nil, fmt.Errorf("line 1: the column %s occurs twice", name)
		}
		seen[name] = true
		r.header = append(r.header, c)
	}
	for _, c := range s.columns {
		if c.required && !seen[c.name] {
			return nil, fmt.Errorf("line 1: the column %s is missing", c.name)
		}
	}
	return r, nil
}

func (s shape) names() string {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func (r *csvLines) next() (line, error) {
	cells, err := r.csv.Read()
	if errors.Is(err, csv.ErrFieldCount) {
		number, _ := r.csv.FieldPos(0)
		return line{number: number, wrong: fmt.Sprintf("want %d cells, as the first line has", len(r.header))}, nil
	}
	if errors.Is(err, io.EOF) {
		return line{}, io.EOF
	}
	if err != nil {
		return line{}, unreadable(err)
	}
	l := line{values: client.Values{}}
	l.number, _ = r.csv.FieldPos(0)
	for i, cell := range cells {
		name, form := r.header[i].name, r.header[i].form
		if cell == "" && form != ids {
			continue
		}
		switch form {
		case text:
			l.values[name] = cell
		case ids:
			l.values[name] = strings.Fields(cell)
		case anyJSON:
			value, err := decodeJSON([]byte(cell))
			if err != nil {
				return line{number: l.number, wrong: name + ": want JSON"}, nil
			}
			l.values[name] = value
		}
	}
	return l, nil
}

// unreadable returns the error of CSV that can't be read further.
func unreadable(err error) error {
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("line %d, column %d: %w", at.Line, at.Column, at.Err)
	}
	return fmt.Errorf("read the file: %w", err)
}

// jsonLines reads one JSON object from each line. Blank lines are ignored.
type jsonLines struct {
	scanner *bufio.Scanner
	shape   shape
	number  int
}

func (r *jsonLines) next() (line, error) {
	for r.scanner.Scan() {
		r.number++
		if content := bytes.TrimSpace(r.scanner.Bytes()); len(content) > 0 {
			values, wrong := r.object(content)
			return line{number: r.number, values: values, wrong: wrong}, nil
		}
	}
	switch err := r.scanner.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return line{}, fmt.Errorf("line %d: want at most %d bytes", r.number+1, maxLine)
	case err != nil:
		return line{}, fmt.Errorf("read the file: %w", err)
	}
	return line{}, io.EOF
}

// object reads an object that has only names of the shape, each at most once; otherwise
// it returns an error text.
func (r *jsonLines) object(content []byte) (client.Values, string) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if begin, err := decoder.Token(); err != nil || begin != json.Delim('{') {
		return nil, "want a JSON object"
	}
	values := client.Values{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, "want a JSON object"
		}
		if r.shape.column(name) == nil {
			return nil, fmt.Sprintf("%q is not a known name: want %s", name, r.shape.names())
		}
		if _, twice := values[name]; twice {
			return nil, name + " occurs twice"
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, "want a JSON object"
		}
		values[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, "want a JSON object"
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, "want one JSON object a line"
	}
	return values, ""
}

// decodeJSON decodes one JSON value, and keeps all digits of numbers.
func decodeJSON(content []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return value, nil
}
