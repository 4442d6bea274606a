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

// ImportOptions say how a file of clients is read, and what to do with its rows.
type ImportOptions struct {
	Format Format
	// Encoding and Delimiter are of the file; empty and 0 are those that it is found to
	// have.
	Encoding  sheet.Encoding
	Delimiter byte
	Reading   Reading
	Mapping   Mapping
	Match     Match
	Several   writing.Several
	// DryRun reads and checks everything, and writes nothing.
	DryRun bool
	// Again imports a file once more that was imported before.
	Again bool
	// Wrong is told of each thing that is wrong. Nil: nobody is.
	Wrong func(Problem) error
	// Commit, unless nil, is called in each transaction with what it brings in. It may be
	// called again for the same. In a dry run it is called in a transaction of its own.
	Commit func(ctx context.Context, tx store.Tx, part ImportPart) error
	// Begun is told what the file was found to be, before anything is written. Nil:
	// nobody is.
	Begun func(Begun)
	// Progress is told up to which row a phase came, of how many. Nil: nobody is.
	Progress func(phase store.ImportPhase, row, rows int64)
}

// ImportPart is what one transaction of an import brings in.
type ImportPart struct {
	// Came is how far the import is then, and Problems are what is wrong with the rows
	// that the transaction was about.
	Came     store.ImportProgress
	Problems []Problem
}

// Begun is what a file was found to be.
type Begun struct {
	Encoding sheet.Encoding
	Mapped   []Mapped
	// Entries are the rows that have something.
	Entries int64
	// Before is how far an earlier import of the file came. Its row is 0 when there was
	// none.
	Before store.ImportProgress
}

// ImportSummary is what became of a file.
type ImportSummary struct {
	store.ImportProgress
	// DoneBefore says that the file was imported before, and that nothing was done now.
	DoneBefore bool
}

// ImportClients brings a file of clients in: each row as createClient or upsertClient
// would, a row with errors harming no other, and each once, however often the import
// is stopped and begun again. It holds a few rows of the file in memory, and a bounded
// number of digests. An error means that the file, or the database, failed; rows
// before may have been brought in, as the summary says. A file that can't be read to
// its end is refused before anything is written: *FileError. Errors: FORBIDDEN.
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

// tell tells what is wrong with the file as a whole.
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

// clientImport is an import of clients under way.
type clientImport struct {
	*source
	imported *writing.Import
	// current are the rows that the next transaction is about, as far as it takes them.
	current []clientRow
}

// commit tells what a transaction brings in.
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

// importRows brings the rows in that are left.
func (i *clientImport) importRows(ctx context.Context) error {
	var read []clientRow
	var rows []writing.ImportRow
	size := 0
	// bring brings some of the rows in, and keeps the rest.
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

// Beginnings of the paths of errors that are no mutation's.
const (
	pathHeader = "header"
	pathBy     = "by"
	pathInput  = "input"
)

// inputOf is a row as the input of a mutation.
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

// report tells what is wrong with a row, by its columns.
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

// problemsOf is what is wrong with a row, by its columns.
func (i *clientImport) problemsOf(row clientRow, errs client.Errors) []Problem {
	var problems []Problem
	reported := map[Problem]bool{}
	for _, err := range errs {
		problem := Problem{row.number, row.headerOf(err.Field, i.options.Match), err.Code, err.Message}
		// A key is an input too.
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

// headerOf is the header of the column that an error is about; the column's name where
// the file has none.
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

// headerOfField is the header of the custom field that the input has at an index.
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

// Elapsed is for how long an import has been going on, over all its runs.
func (s ImportSummary) Elapsed() time.Duration { return s.At.Sub(s.Began) }
