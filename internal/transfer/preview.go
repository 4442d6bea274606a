package transfer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
)

const (
	// previewRows is the number of rows in a preview.
	previewRows = 10
	// previewText bounds a text in a preview, in characters.
	previewText = 200
)

// Preview says how the beginning of a file would be read.
type Preview struct {
	Encoding sheet.Encoding
	// Columns are the headers in the order of the file, with their columns.
	Columns []PreviewColumn
	// Rows are the first ones.
	Rows []PreviewRow
	// Problems are those of the header.
	Problems []Problem
	// Choices are the columns that a header may be mapped to.
	Choices []string
}

// PreviewColumn is a header of a file.
type PreviewColumn struct {
	// Header is the header as a mapping must have it, without outer spaces.
	Header string
	// Column is the header's column; nil if it is left out or unknown.
	Column *string
}

// PreviewRow is a row as it would be imported.
type PreviewRow struct {
	Row int64
	// Values are the row's values as text, one for each column; for a header that is left
	// out, the text in the file. nil for none.
	Values []*string
	// Problems are those of the row.
	Problems []Problem
}

// PreviewClients reads the beginning of a file as ImportClients would with the same
// options, and writes nothing. It does not check the file as a whole, such as duplicate
// keys and viewer edges. Unless whole is set, the file continues after the beginning.
// Errors: FORBIDDEN.
func PreviewClients(ctx context.Context, writes *writing.Writes, scope client.Scope, head []byte, whole bool, o ImportOptions) (Preview, error) {
	if err := o.Reading.Check(); err != nil {
		return Preview{}, err
	}
	o.DryRun, o.Commit, o.Wrong = true, nil, nil
	imported, err := writes.OpenImport(ctx, scope, writing.ImportOptions{Several: o.Several, DryRun: true})
	if err != nil {
		return Preview{}, err
	}
	definitions, err := writes.Definitions(ctx, scope)
	if err != nil {
		return Preview{}, err
	}
	wide, err := isWide(head, o.Encoding)
	if err != nil {
		return Preview{}, err
	}
	// The last row is incomplete unless the beginning ends with a line.
	cut := !whole
	switch end := bytes.LastIndexByte(head, '\n') + 1; {
	case !cut || wide:
	case end > 0:
		head, cut = head[:end], false
	default:
		head = withoutPart(head)
	}
	s := &source{file: bytes.NewReader(head), options: o, columns: columnsOf(definitions)}
	s.headers = newHeaders(s.columns, definitions, o.Mapping)
	if err := s.digestFile(); err != nil {
		return Preview{}, err
	}
	p := &previewing{clientImport: &clientImport{source: s, imported: imported}, preview: Preview{Encoding: s.encoding, Choices: s.choices()}}
	if err := p.read(cut, whole); err != nil {
		return Preview{}, err
	}
	if err := p.check(ctx); err != nil {
		return Preview{}, err
	}
	return p.preview, nil
}

// isWide says whether characters take several bytes, so that the byte of a line break may
// be part of another character.
func isWide(head []byte, stated sheet.Encoding) (bool, error) {
	found, err := sheet.Detect(bytes.NewReader(head))
	encoding := cmp.Or(stated, found)
	return encoding == sheet.UTF16LE || encoding == sheet.UTF16BE, err
}

// withoutPart removes an incomplete character at the end, which would look like another
// encoding.
func withoutPart(head []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(head); n++ {
		if last := head[len(head)-n:]; utf8.RuneStart(last[0]) && !utf8.FullRune(last) {
			return head[:len(head)-n]
		}
	}
	return head
}

// choices returns the names of the columns that an import takes.
func (s *source) choices() []string {
	var names []string
	for _, c := range s.columns {
		if c.use != exported {
			names = append(names, c.Name)
		}
	}
	return names
}

// previewing is a preview that is being made.
type previewing struct {
	*clientImport
	preview Preview
	rows    []clientRow
}

// read reads the header and the first rows. The beginning may end inside quotes only if
// the file continues.
func (p *previewing) read(cut, whole bool) error {
	rows, err := p.begin()
	if rows == nil {
		return err
	}
	for len(p.rows) <= previewRows {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			if cut && len(p.rows) > 0 {
				p.rows = p.rows[:len(p.rows)-1]
			}
			break
		}
		if fault, is := errors.AsType[*FileError](err); is {
			if whole {
				p.preview.Problems = append(p.preview.Problems, fault.Problems...)
			}
			break
		}
		if err != nil {
			return err
		}
		p.rows = append(p.rows, row)
	}
	p.rows = p.rows[:min(len(p.rows), previewRows)]
	p.columnsOfPreview(rows)
	return nil
}

// begin reads the header; nil if there is no readable one.
func (p *previewing) begin() (rowReader, error) {
	rows, err := p.open()
	fault, is := errors.AsType[*FileError](err)
	if err != nil && !is {
		return nil, err
	}
	if is {
		p.preview.Problems = fault.Problems
	}
	sheet, ok := rows.(*sheetRows)
	if ok && (sheet == nil || sheet.columns == nil) {
		return nil, nil
	}
	if lacks, is := errors.AsType[*FileError](p.columnsOf(rows)); is && len(p.preview.Problems) == 0 {
		p.preview.Problems = lacks.Problems
	}
	return rows, nil
}

// columnsOfPreview sets the columns: the headers, or for JSON Lines the names in the
// first lines.
func (p *previewing) columnsOfPreview(rows rowReader) {
	seen := map[string]bool{}
	add := func(header, column string) {
		made := PreviewColumn{Header: plainHeader(header)}
		if column != "" {
			made.Column = &column
		}
		p.preview.Columns, seen[header] = append(p.preview.Columns, made), true
	}
	for _, m := range rows.mapped() {
		add(m.Header, m.Column)
	}
	for _, row := range p.rows {
		for _, problem := range row.problems {
			if problem.Code == CodeUnknownColumn && !seen[problem.Column] {
				add(problem.Column, "")
			}
		}
	}
}

// check checks the rows, and adds their values and problems to the preview.
func (p *previewing) check(ctx context.Context) error {
	var inputs []writing.ImportRow
	if len(p.preview.Problems) == 0 {
		for _, row := range p.rows {
			inputs = append(inputs, p.inputOf(row))
		}
	}
	problems := map[int64][]Problem{}
	for done := 0; done < len(inputs); {
		results, err := p.imported.Rows(ctx, inputs[done:])
		if err != nil {
			return err
		}
		for n, result := range results {
			row := p.rows[done+n]
			problems[row.number] = p.problemsOf(row, result.Errors)
		}
		done += len(results)
	}
	for _, row := range p.rows {
		p.preview.Rows = append(p.preview.Rows, PreviewRow{Row: row.number, Values: p.valuesOf(row), Problems: problems[row.number]})
	}
	return nil
}

// valuesOf returns a row's values in the columns.
func (p *previewing) valuesOf(row clientRow) []*string {
	values := make([]*string, len(p.preview.Columns))
	given := make(map[string]any, len(row.given))
	for _, g := range row.given {
		given[g.column.Name] = g.value
	}
	for i, c := range p.preview.Columns {
		if c.Column != nil {
			if value, has := given[*c.Column]; has {
				values[i] = new(clipped(p.textOf(value)))
			}
		}
		if values[i] == nil && i < len(row.cells) && !sheet.IsEmpty(row.cells[i]) {
			values[i] = new(clipped(sheet.Text(row.cells[i])))
		}
	}
	return values
}

// textOf returns a value as text for people.
func (p *previewing) textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimPrefix(v, notAsStated)
	case []string:
		return strings.Join(v, string(p.options.Reading.separator())+" ")
	case json.Number, bool:
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

func clipped(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= previewText {
		return string(runes)
	}
	return string(runes[:previewText]) + "…"
}
