package app

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

const (
	kindClients = "clients"
	// importTries is how often in a row a part of an import is tried if the database
	// fails, importPause the pause between tries.
	importTries = 5
	importPause = time.Second
)

// importClients imports a file of clients.
func importClients(ctx context.Context, cfg config.Import, format transfer.Format, file *os.File, stdout, stderr io.Writer) error {
	options, err := clientOptions(cfg, format)
	if err != nil {
		return &devdb.UserError{Message: err.Error()}
	}
	service, closing, err := openService(ctx, cfg.Database, stderr)
	if err != nil {
		return err
	}
	defer closing()
	problems, err := newProblemList(cfg.Errors, stdout)
	if err != nil {
		return err
	}
	shown := &importProgress{stderr: stderr}
	options.Wrong, options.Begun, options.Progress = problems.add, shown.begun, shown.progress
	summary, err := importSteadily(ctx, service.Writes, owner(cfg.Business, "import"), file, options)
	shown.done()
	if failed := problems.close(); err == nil {
		err = failed
	}
	return printImport(cfg, summary, problems.count, err, stderr)
}

// importSteadily imports a file into a database that may fail temporarily: it continues
// where it stopped, importTries times in a row.
func importSteadily(ctx context.Context, writes *writing.Writes, scope client.Scope, file io.ReadSeeker, options transfer.ImportOptions) (transfer.ImportSummary, error) {
	came := store.ImportProgress{}
	for tries := 1; ; tries++ {
		summary, err := transfer.ImportClients(ctx, writes, scope, file, options)
		if err == nil || ctx.Err() != nil || !transact.Unavailable(err) {
			return summary, err
		}
		if now := summary.ImportProgress; now.Phase != came.Phase || now.Row != came.Row || now.Part != came.Part {
			came, tries = now, 1
		}
		if tries == importTries {
			return summary, err
		}
		// The next try continues the import that this one began.
		options.Again = false
		select {
		case <-ctx.Done():
			return summary, err
		case <-time.After(importPause):
		}
	}
}

// clientOptions returns the options that the flags give.
func clientOptions(cfg config.Import, format transfer.Format) (transfer.ImportOptions, error) {
	c := cfg.Clients
	if c.Match == "" {
		return transfer.ImportOptions{}, errors.New("say which key finds the client of a row: --match clientId, externalUserName or emailAddress; --match none creates a client from every row")
	}
	separator, size := utf8.DecodeRuneInString(c.ListSeparator)
	if size == 0 || size != len(c.ListSeparator) || separator == '\\' {
		return transfer.ImportOptions{}, errors.New("--list-separator is one character, such as ; or ,")
	}
	mapping, err := transfer.ParseMapping(c.Map)
	if err != nil {
		return transfer.ImportOptions{}, err
	}
	delimiters := map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}
	return transfer.ImportOptions{
		Format: format, Encoding: sheet.Encoding(c.Encoding), Delimiter: delimiters[c.Delimiter],
		Reading: transfer.Reading{Dates: c.Dates, Separator: separator}, Mapping: mapping,
		Match: transfer.Match(c.Match), Several: writing.Several(c.Several), DryRun: cfg.DryRun, Again: c.Again,
	}, nil
}

// printImport prints the summary of an import, and returns an error if rows were refused.
func printImport(cfg config.Import, s transfer.ImportSummary, problems int64, err error, stderr io.Writer) error {
	if s.DoneBefore {
		fmt.Fprintf(stderr, "this file was imported before, on %s: created %d, changed %d, left %d, refused %d; --again imports it once more\n",
			s.At.Format(time.DateTime), s.Created, s.Changed, s.Left, s.Refused)
		return nil
	}
	verb := ""
	if cfg.DryRun {
		verb = "would have "
	}
	rows := s.Created + s.Changed + s.Left + s.Refused
	if rows > 0 || err == nil {
		fmt.Fprintf(stderr, "read %d clients: %screated %d, %schanged %d, left %d, refused %d\n", rows, verb, s.Created, verb, s.Changed, s.Left, s.Refused)
	}
	if s.Edges > 0 {
		fmt.Fprintf(stderr, "viewer edges of %d clients, refused of %d\n", s.Edges, s.EdgesRefused)
	}
	_, ofFile := errors.AsType[*transfer.FileError](err)
	switch {
	case err != nil && (ofFile || len(client.AsErrors(err)) > 0):
		return fmt.Errorf("%s: %w", cfg.File, err)
	case err != nil:
		return fmt.Errorf("%s: %w; import it again to continue", cfg.File, err)
	case s.Refused+s.EdgesRefused > 0 || problems > 0:
		return &devdb.UserError{Message: fmt.Sprintf("%d of %d rows have errors and were left out", s.Refused, rows)}
	}
	return nil
}

// problemList writes the problems of a file as CSV.
type problemList struct {
	csv   *csv.Writer
	file  *os.File
	count int64
}

// newProblemList appends to a file, so that the problems stay that an import found before
// it was stopped; or writes to stdout.
func newProblemList(name string, stdout io.Writer) (*problemList, error) {
	if name == "" {
		return &problemList{csv: csv.NewWriter(stdout)}, nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, &devdb.UserError{Message: fmt.Sprintf("can't write %s; choose another file with --errors", name)}
	}
	return &problemList{csv: csv.NewWriter(file), file: file}, nil
}

func (l *problemList) add(p transfer.Problem) error {
	if l.count == 0 && l.isNew() {
		if err := l.csv.Write(transfer.ProblemHeader()); err != nil {
			return fmt.Errorf("write what is wrong: %w", err)
		}
	}
	l.count++
	err := l.csv.Write(p.Cells())
	// Flushed so that a killed import has written all problems that it found.
	l.csv.Flush()
	if err == nil {
		err = l.csv.Error()
	}
	if err != nil {
		return fmt.Errorf("write what is wrong: %w", err)
	}
	return nil
}

func (l *problemList) isNew() bool {
	if l.file == nil {
		return true
	}
	info, err := l.file.Stat()
	return err == nil && info.Size() == 0
}

func (l *problemList) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// importProgress shows users the progress of an import.
type importProgress struct {
	stderr io.Writer
	phase  store.ImportPhase
	bar    *progress
}

func (t *importProgress) begun(b transfer.Begun) {
	fmt.Fprintf(t.stderr, "%d clients, in %s\n", b.Entries, b.Encoding)
	for _, m := range b.Mapped {
		switch {
		case m.Column == "":
			fmt.Fprintf(t.stderr, "  %q is left out\n", m.Header)
		case m.Column != m.Header:
			fmt.Fprintf(t.stderr, "  %q is %s\n", m.Header, m.Column)
		}
	}
	if b.Before.Row > 0 {
		fmt.Fprintf(t.stderr, "going on after row %d\n", b.Before.Row)
	}
}

func (t *importProgress) progress(phase store.ImportPhase, row, rows int64) {
	if phase != t.phase {
		t.done()
		things := "rows"
		if phase == store.ImportEdges {
			things = "rows, viewer edges"
		}
		t.phase, t.bar = phase, newProgress(t.stderr, things, int(rows))
	}
	t.bar.set(int(row))
}

func (t *importProgress) done() {
	if t.bar != nil {
		t.bar.done()
		t.bar = nil
	}
}
