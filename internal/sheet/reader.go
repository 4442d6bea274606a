package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of a cell and of a row in bytes, of the cells of a row, and of its faults. One
// more fault says that there are others.
const (
	MaxCell   = 1 << 20
	MaxRow    = 8 << 20
	MaxCells  = 2_000
	MaxFaults = 100
)

// readAhead is how many bytes are read at once, and searched for the delimiter.
const readAhead = 64 << 10

// Codes of faults.
const (
	CodeUnclosedQuote = "UNCLOSED_QUOTE"
	CodeStrayQuote    = "STRAY_QUOTE"
	CodeTooLong       = "TOO_LONG"
	CodeTooManyCells  = "TOO_MANY_CELLS"
	CodeTooMany       = "TOO_MANY"
)

// Fault is an error in a row of a file, or one after which the rest can't be read.
type Fault struct {
	// Row is the row's number as in spreadsheets: the first one is 1, and a row with
	// several lines counts once.
	Row int64
	// Cell is the index of the cell, from 0; -1 is the whole row.
	Cell int
	Code string
	// Message says what to do.
	Message string
}

func (f *Fault) Error() string { return fmt.Sprintf("row %d: %s: %s", f.Row, f.Code, f.Message) }

// Row is one row of a file.
type Row struct {
	Number int64
	Cells  []string
	// Faults are those of the row, up to MaxFaults. The following rows are not affected.
	Faults []*Fault
}

// Reader reads CSV (RFC 4180) row by row, as spreadsheets write it: rows end with LF,
// CRLF or CR, a quote inside an unquoted cell is a quote, and empty rows are skipped. It
// has one row in memory, of at most MaxRow.
type Reader struct {
	in        *bufio.Reader
	delimiter byte
	number    int64
	// row has the bytes of the row's cells, and ends the end of each cell.
	row    []byte
	ends   []int
	faults []*Fault
}

// Delimiters are the supported delimiters, most probable first.
const Delimiters = ",;\t|"

// NewReader returns a reader after reading the beginning of a text. delimiter is one of
// Delimiters, or 0 for the most frequent one in the first row; a first line such as
// "sep=;" sets it.
func NewReader(text io.Reader, delimiter byte) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(text, readAhead), delimiter: delimiter}
	head, err := r.in.Peek(readAhead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	if said, length := statedDelimiter(head); length > 0 {
		_, _ = r.in.Discard(length)
		r.number++
		if delimiter == 0 {
			r.delimiter = said
		}
		head = head[length:]
	}
	if r.delimiter == 0 {
		r.delimiter = likeliestDelimiter(head)
	}
	return r, nil
}

// Delimiter returns the delimiter in use.
func (r *Reader) Delimiter() byte { return r.delimiter }

// statedDelimiter returns the delimiter of a "sep=" line, and the length of the line.
func statedDelimiter(head []byte) (delimiter byte, length int) {
	const begin = "sep="
	line, _, ended := bytes.Cut(head, []byte("\n"))
	said, is := bytes.CutPrefix(bytes.TrimSuffix(line, []byte("\r")), []byte(begin))
	if !ended || !is || len(said) != 1 || !strings.Contains(Delimiters, string(said)) {
		return 0, 0
	}
	return said[0], len(line) + 1
}

// likeliestDelimiter returns the most frequent delimiter in the first row, outside
// quotes.
func likeliestDelimiter(head []byte) byte {
	var counts [len(Delimiters)]int
	quoted := false
	for _, c := range bytes.TrimLeft(head, "\r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' || c == '\r' {
			break
		}
		if i := strings.IndexByte(Delimiters, c); i >= 0 {
			counts[i]++
		}
	}
	most := 0
	for i, count := range counts {
		if count > counts[most] {
			most = i
		}
	}
	return Delimiters[most]
}

// Next returns the next row that is not empty, until io.EOF. A *Fault as the error ends
// the file: the rest can't be read.
func (r *Reader) Next() (Row, error) {
	for {
		r.row, r.ends, r.faults = r.row[:0], r.ends[:0], nil
		r.number++
		more := true
		for more {
			var err error
			if more, err = r.cell(); err != nil {
				return Row{}, err
			}
		}
		if len(r.ends) == 1 && len(r.row) == 0 && r.faults == nil {
			if _, err := r.in.Peek(1); errors.Is(err, io.EOF) {
				return Row{}, io.EOF
			}
			continue
		}
		if len(r.ends) > MaxCells {
			r.fault(-1, CodeTooManyCells, fmt.Sprintf("want at most %d cells", MaxCells))
			r.ends = r.ends[:MaxCells]
		}
		return Row{Number: r.number, Cells: r.cells(), Faults: r.faults}, nil
	}
}

// cells returns the row's cells, which share memory.
func (r *Reader) cells() []string {
	all := string(r.row)
	cells := make([]string, len(r.ends))
	start := 0
	for i, end := range r.ends {
		cells[i] = all[start:end]
		start = end
	}
	return cells
}

// cell reads a cell, and says whether the row continues after it.
func (r *Reader) cell() (more bool, err error) {
	start := len(r.row)
	c, err := r.read()
	if c == '"' && err == nil {
		if err := r.quoted(start); err != nil {
			return false, err
		}
		c, err = r.read()
		for stray := false; err == nil && !r.isEnd(c); c, err = r.read() {
			if !stray && c != ' ' {
				stray = true
				r.fault(len(r.ends), CodeStrayQuote, "a cell in quotes ends with its quote: write a quote within it twice")
			}
			r.add(start, c)
		}
	} else {
		for ; err == nil && !r.isEnd(c); c, err = r.read() {
			r.add(start, c)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if len(r.ends) <= MaxCells {
		r.ends = append(r.ends, len(r.row))
	}
	if err == nil && c == '\r' {
		if next, _ := r.in.Peek(1); len(next) == 1 && next[0] == '\n' {
			_, _ = r.in.Discard(1)
		}
	}
	return err == nil && c == r.delimiter, nil
}

// quoted reads a cell in quotes, up to the quote that ends it.
func (r *Reader) quoted(start int) error {
	began := r.number
	for {
		c, err := r.read()
		if errors.Is(err, io.EOF) {
			return &Fault{Row: began, Cell: len(r.ends), Code: CodeUnclosedQuote, Message: "a cell begins with a quote here and does not end with one: add it, or write a quote inside a cell twice"}
		}
		if err != nil {
			return err
		}
		if c == '"' {
			if next, _ := r.in.Peek(1); len(next) == 0 || next[0] != '"' {
				return nil
			}
			_, _ = r.in.Discard(1)
		}
		r.add(start, c)
	}
}

func (r *Reader) read() (byte, error) {
	c, err := r.in.ReadByte()
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read the file: %w", err)
	}
	return c, err
}

// isEnd says whether a character ends a cell.
func (r *Reader) isEnd(c byte) bool { return c == r.delimiter || c == '\n' || c == '\r' }

// add adds a character to a cell. Beyond the bounds it is dropped.
func (r *Reader) add(start int, c byte) {
	switch {
	case len(r.row)-start >= MaxCell:
		r.tooLong(len(r.ends), "a cell", MaxCell)
	case len(r.row) >= MaxRow:
		r.tooLong(-1, "a row", MaxRow)
	default:
		r.row = append(r.row, c)
	}
}

// tooLong adds the fault of a cell or row that is too long, once.
func (r *Reader) tooLong(cell int, what string, bound int) {
	if last := len(r.faults) - 1; last < MaxFaults && (last < 0 || r.faults[last].Code != CodeTooLong || r.faults[last].Cell != cell) {
		r.fault(cell, CodeTooLong, fmt.Sprintf("want at most %d bytes in %s", bound, what))
	}
}

// MoreFaults is the message of the fault that says that there are more than MaxFaults.
const MoreFaults = "this row has more errors: mend the reported ones first"

// fault adds a fault of the row, within the bound.
func (r *Reader) fault(cell int, code, message string) {
	if len(r.faults) > MaxFaults {
		return
	}
	if len(r.faults) == MaxFaults {
		cell, code, message = -1, CodeTooMany, MoreFaults
	}
	r.faults = append(r.faults, &Fault{Row: r.number, Cell: cell, Code: code, Message: message})
}
