package transfer

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// ExportOptions say which clients to export, and how.
type ExportOptions struct {
	Format Format
	Filter reading.Filter
	// Progress is called with the number of exported clients; it may be nil.
	Progress func(written int64)
}

// ExportClients writes the clients that the filter selects and the scope sees, ordered by
// id: CSV whose first line has the names of the columns, or JSON Lines. It has a page of
// them in memory, and returns their number. Errors: FORBIDDEN, and those of a report's
// filter.
func ExportClients(ctx context.Context, reads *reading.Reads, scope client.Scope, to io.Writer, o ExportOptions) (int64, error) {
	if err := reading.Permit(scope, client.Export, false); err != nil {
		return 0, err
	}
	definitions, err := reads.Definitions(ctx, scope)
	if err != nil {
		return 0, err
	}
	e := &exporter{reads: reads, scope: scope, definitions: definitions, columns: columnsOf(definitions)}
	buffered := bufio.NewWriterSize(to, writeAhead)
	var rows rowWriter = &jsonWriter{to: buffered}
	if o.Format == CSV {
		rows = &csvWriter{csv: csv.NewWriter(buffered)}
	}
	if err := rows.header(e.columns); err != nil {
		return 0, fmt.Errorf("write the names of the columns: %w", err)
	}
	written := int64(0)
	err = reads.Each(ctx, scope, o.Filter, needOf(e.columns), func(page []*client.Client) error {
		if err := e.page(ctx, page, rows); err != nil {
			return err
		}
		written += int64(len(page))
		if o.Progress != nil {
			o.Progress(written)
		}
		return nil
	})
	if err != nil {
		return written, err
	}
	if err := buffered.Flush(); err != nil {
		return written, fmt.Errorf("write clients: %w", err)
	}
	return written, nil
}

// writeAhead is the size of one write in bytes.
const writeAhead = 64 << 10

type exporter struct {
	reads       *reading.Reads
	scope       client.Scope
	definitions client.Definitions
	columns     []*Column
}

// page writes some clients, with their edges to clients that the scope sees.
func (e *exporter) page(ctx context.Context, page []*client.Client, rows rowWriter) error {
	subjects, err := e.reads.Subjects(ctx, e.scope, page, client.Selection{})
	if err != nil {
		return err
	}
	seen := make(map[int64]bool, len(subjects))
	for _, subject := range subjects {
		seen[subject.ClientID] = true
	}
	viewers, err := e.viewers(ctx, page)
	if err != nil {
		return err
	}
	values := make([]any, len(e.columns))
	for _, c := range page {
		for i, column := range e.columns {
			switch column.Name {
			case columnSubjects:
				values[i] = idTexts(slices.DeleteFunc(slices.Clone(c.SubjectIDs), func(id int64) bool { return !seen[id] }))
			case columnViewers:
				values[i] = idTexts(viewers[c.ClientID])
			default:
				values[i] = column.value(c, e.definitions)
			}
		}
		if err := rows.row(e.columns, values); err != nil {
			return fmt.Errorf("write client: %w", err)
		}
	}
	return rows.flush()
}

// viewers returns the ids of the viewers of each client of the page, ascending.
func (e *exporter) viewers(ctx context.Context, page []*client.Client) (map[int64][]int64, error) {
	found, err := e.reads.Viewers(ctx, e.scope, page, client.Selection{})
	if err != nil {
		return nil, err
	}
	of := make(map[int64][]int64, len(page))
	for _, c := range page {
		of[c.ClientID] = nil
	}
	for _, viewer := range found {
		for _, id := range viewer.SubjectIDs {
			if list, onPage := of[id]; onPage {
				of[id] = append(list, viewer.ClientID)
			}
		}
	}
	return of, nil
}

// idTexts returns ids as a list of Column.value; nil for none.
func idTexts(ids []int64) any {
	if len(ids) == 0 {
		return nil
	}
	texts := make([]any, len(ids))
	for i, id := range ids {
		texts[i] = client.ID{Number: id}.String()
	}
	return texts
}

// rowWriter writes rows in a format.
type rowWriter interface {
	header(columns []*Column) error
	row(columns []*Column, values []any) error
	flush() error
}

type csvWriter struct {
	csv   *csv.Writer
	cells []string
}

func (w *csvWriter) header(columns []*Column) error {
	names := make([]string, len(columns))
	for i, c := range columns {
		// A label is text from callers too.
		names[i] = cellOf(c.Name)
	}
	return w.csv.Write(names)
}

func (w *csvWriter) row(_ []*Column, values []any) error {
	w.cells = w.cells[:0]
	for _, value := range values {
		w.cells = append(w.cells, cellOf(value))
	}
	return w.csv.Write(w.cells)
}

func (w *csvWriter) flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

type jsonWriter struct {
	to   *bufio.Writer
	line []byte
}

func (*jsonWriter) header([]*Column) error { return nil }

// row writes the values that exist, in the order of the columns.
func (w *jsonWriter) row(columns []*Column, values []any) error {
	w.line = append(w.line[:0], '{')
	for i, value := range values {
		if value == nil {
			continue
		}
		if len(w.line) > 1 {
			w.line = append(w.line, ',')
		}
		w.line = client.AppendText(w.line, columns[i].Name)
		w.line = append(w.line, ':')
		if text, is := value.(string); is {
			w.line = client.AppendText(w.line, text)
			continue
		}
		data, err := json.Marshal(value)
		if err != nil {
			return err
		}
		w.line = append(w.line, data...)
	}
	_, err := w.to.Write(append(w.line, "}\n"...))
	return err
}

func (*jsonWriter) flush() error { return nil }
