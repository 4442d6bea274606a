package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
	"clientgraph/internal/store"
)

// ImportOptions say how to read a file of clients, and what to do with its rows.
type ImportOptions struct {
	Format Format
	// Encoding and Delimiter are the file's; for empty and 0 they are detected.
	Encoding  sheet.Encoding
	Delimiter byte
	Reading   Reading
	Mapping   Mapping
	Match     Match
	Several   writing.Several
	// DryRun reads and checks everything, and writes nothing.
	DryRun bool
	// Again imports a file that was imported before once more.
	Again bool
	// Wrong is called for each problem; it may be nil.
	Wrong func(Problem) error
	// Commit, unless nil, is called in each transaction with what it imports. It may be
	// called again for the same rows. In a dry run it is called in a transaction of its
	// own.
	Commit func(ctx context.Context, tx store.Tx, part ImportPart) error
	// Begun is called with the detected format of the file, before anything is written;
	// it may be nil.
	Begun func(Begun)
	// Progress is called with the last row that a phase has done, and the number of rows;
	// it may be nil.
	Progress func(phase store.ImportPhase, row, rows int64)
}

// ImportPart is what one transaction of an import imports.
type ImportPart struct {
	// Came is the progress after the transaction, Problems are those of its rows.
	Came     store.ImportProgress
	Problems []Problem
}

// Begun is the detected format of a file.
type Begun struct {
	Encoding sheet.Encoding
	Mapped   []Mapped
	// Entries is the number of rows that are not empty.
	Entries int64
	// Before is the progress of an earlier import of the file. Its row is 0 if there was
	// none.
	Before store.ImportProgress
}

// ImportSummary is the result of an import.
type ImportSummary struct {
	store.ImportProgress
	// DoneBefore says that the file was imported before, so that nothing was done.
	DoneBefore bool
}

// ImportClients imports a file of clients: each row like createClient or upsertClient,
// and each once, however often the import is stopped and begun again. A row with errors
// does not affect the others. It has a few rows of the file in memory, and a bounded
// number of digests. An error means that the file or the database failed; earlier rows
// may have been imported, as the summary says. A file that can't be read to its end is
// refused before anything is written: *FileError. Errors: FORBIDDEN.
func ImportClients(ctx context.Context, writes *writing.Writes, scope client.Scope, file io.ReadSeeker, o ImportOptions) (ImportSummary, error) {
	if err := o.Reading.Check(); err != nil {
		return ImportSummary{}, err
	}
	definitions, err := writes.Definitions(ctx, scope)
	if err != nil {
		return ImportSummary{}, err
	}
	s := &source{file: file, options: o, columns: columnsOf(definitions)}
	s.headers = newHeaders(s.columns, definitions, o.Mapping)
	if err := s.look(ctx); err != nil {
		return ImportSummary{}, s.tell(err)
	}
	i := &clientImport{source: s}
	opening := writing.ImportOptions{Key: s.digest, Rows: s.rows, Several: o.Several, DryRun: o.DryRun, Again: o.Again}
	if o.Commit != nil {
		opening.Along = i.commit
	}
	imported, err := writes.OpenImport(ctx, scope, opening)
	if err != nil {
		return ImportSummary{}, err
	}
	i.imported = imported
	before := imported.Progress()
	if before.Phase == store.ImportDone {
		return ImportSummary{before, true}, nil
	}
	if o.Begun != nil {
		o.Begun(Begun{Encoding: s.encoding, Mapped: s.mapped, Entries: s.entries, Before: before})
	}
	err = i.run(ctx)
	return ImportSummary{ImportProgress: imported.Progress()}, err
}

// tell reports the problems of the file as a whole.
func (s *source) tell(err error) error {
	if whole, is := errors.AsType[*FileError](err); is && s.options.Wrong != nil {
		for _, problem := range whole.Problems {
			if failed := s.options.Wrong(problem); failed != nil {
				return failed
			}
		}
	}
	return err
}

// clientImport is an import of clients that is being made.
type clientImport struct {
	*source
	imported *writing.Import
	// current are the rows for the next transaction, as far as it takes them.
	current []clientRow
}

// commit passes what a transaction imports on to the options' functions.
func (i *clientImport) commit(ctx context.Context, tx store.Tx, came store.ImportProgress, results []writing.ImportResult) error {
	part := ImportPart{Came: came}
	for n, result := range results {
		part.Problems = append(part.Problems, i.problemsOf(i.current[n], result.Errors)...)
	}
	return i.options.Commit(ctx, tx, part)
}

func (i *clientImport) run(ctx context.Context) error {
	if i.imported.Progress().Phase == store.ImportRows {
		if err := i.importRows(ctx); err != nil {
			return err
		}
		if err := i.imported.Turn(ctx, store.ImportEdges, 0); err != nil {
			return err
		}
	}
	if i.edges {
		if err := i.importEdges(ctx); err != nil {
			return err
		}
	}
	return i.imported.Turn(ctx, store.ImportDone, 0)
}

// importRows imports the remaining rows.
func (i *clientImport) importRows(ctx context.Context) error {
	var read []clientRow
	var rows []writing.ImportRow
	size := 0
	// bring imports some of the rows, and keeps the rest.
	bring := func() error {
		i.current = read
		results, err := i.imported.Rows(ctx, rows)
		if err != nil {
			return err
		}
		for n, result := range results {
			if err := i.report(read[n], result.Errors); err != nil {
				return err
			}
		}
		for _, row := range read[:len(results)] {
			size -= row.size
		}
		read, rows = slices.Delete(read, 0, len(results)), slices.Delete(rows, 0, len(results))
		i.progress(store.ImportRows, i.imported.Progress().Row)
		return nil
	}
	err := i.each(ctx, i.imported.Progress().Row, func(row clientRow) error {
		read, rows = append(read, row), append(rows, i.inputOf(row))
		size += row.size
		for size > maxBatch || len(rows) >= writing.MaxImport {
			if err := bring(); err != nil {
				return err
			}
		}
		return nil
	})
	for err == nil && len(rows) > 0 {
		err = bring()
	}
	return err
}

func (i *clientImport) progress(phase store.ImportPhase, row int64) {
	if i.options.Progress != nil {
		i.options.Progress(phase, row, i.rows)
	}
}

// Prefixes of the paths of errors that no mutation has.
const (
	pathHeader = "header"
	pathBy     = "by"
	pathInput  = "input"
)

// inputOf returns the input of a row.
func (i *clientImport) inputOf(row clientRow) writing.ImportRow {
	in := writing.ImportRow{Number: row.number, Values: client.Values{}}
	for _, p := range row.problems {
		in.Wrong = append(in.Wrong, client.Path{pathHeader, p.Column}.At(&client.Error{Code: p.Code, Message: p.Message}))
	}
	if row.problems == nil && i.options.Match != MatchNone {
		value, _ := row.value(i.options.Match.column())
		by := i.options.Match.key(value)
		in.By = &by
	}
	if first, is := i.repeated[row.number]; is {
		in.Wrong = append(in.Wrong, client.Path{pathBy, i.options.Match.column()}.At(&client.Error{
			Code: CodeDuplicateKey, Message: fmt.Sprintf("row %d has the same: combine the rows, or leave one out", first),
		}))
	}
	var fields []any
	for _, g := range row.given {
		switch {
		case g.column.use == deletedMark:
			if g.value == true {
				in.Wrong = append(in.Wrong, client.Path{pathHeader, g.header}.At(&client.Error{Code: client.CodeClientDeleted, Message: "this row is of a deleted client: leave it out, or clear this cell to have the client again"}))
			}
		case g.column.use != taken:
		case g.column.definition != nil:
			fields = append(fields, map[string]any{client.InputDefinition: client.ID{Number: g.column.definition.DefinitionID}, "value": g.value})
		default:
			in.Values[g.column.Name] = g.value
		}
	}
	if fields != nil {
		in.Values[client.InputFields] = fields
	}
	return in
}

// report reports the problems of a row.
func (i *clientImport) report(row clientRow, errs client.Errors) error {
	if i.options.Wrong == nil {
		return nil
	}
	for _, problem := range i.problemsOf(row, errs) {
		if failed := i.options.Wrong(problem); failed != nil {
			return failed
		}
	}
	return nil
}

// problemsOf converts errors of a row to problems, by their columns.
func (i *clientImport) problemsOf(row clientRow, errs client.Errors) []Problem {
	var problems []Problem
	reported := map[Problem]bool{}
	for _, err := range errs {
		problem := Problem{row.number, row.headerOf(err.Field, i.options.Match), err.Code, err.Message}
		// The key is a property of the input too, so it can have the same error twice.
		same := problem
		same.Message = ""
		if reported[same] {
			continue
		}
		if len(problems) == maxProblems {
			more := moreProblems()
			return append(problems, Problem{row.number, "", more.Code, more.Message})
		}
		reported[same] = true
		problems = append(problems, problem)
	}
	return problems
}

// headerOf returns the header of the column that an error is about, or the column's name
// if the file does not have it.
func (r *clientRow) headerOf(path []string, match Match) string {
	if len(path) < 2 {
		if len(path) == 1 && path[0] == columnClientID {
			return ""
		}
		return r.headerOfColumn(columnViewers)
	}
	switch {
	case path[0] == pathHeader:
		return path[1]
	case path[0] == pathBy:
		return r.headerOfColumn(match.column())
	case path[0] != pathInput:
		return r.headerOfColumn(columnViewers)
	case path[1] == client.InputFields && len(path) > 2:
		return r.headerOfField(path[2])
	}
	return r.headerOfColumn(path[1])
}

func (r *clientRow) headerOfColumn(name string) string {
	for _, g := range r.given {
		if g.column.Name == name {
			return g.header
		}
	}
	return name
}

// headerOfField returns the header of the custom field at an index of the input.
func (r *clientRow) headerOfField(index string) string {
	n := 0
	for _, g := range r.given {
		if g.column.definition == nil {
			continue
		}
		if fmt.Sprint(n) == index {
			return g.header
		}
		n++
	}
	return client.InputFields
}

// Elapsed is the time since the import first began, over all its runs.
func (s ImportSummary) Elapsed() time.Duration { return s.At.Sub(s.Began) }
