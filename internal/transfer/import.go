package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/service/scheduler"
)

// Options say what to import, and how.
type Options struct {
	Kind   Kind
	Format Format
	// DryRun checks everything and writes nothing.
	DryRun bool
	// Wrong is called for each error of a line; it may be nil.
	Wrong func(line int, problem string)
}

// Summary is the result of an import.
type Summary struct {
	// Lines is the number of entries read, Bad the number of those with errors, which
	// were left out.
	Lines, Bad int
	// Changed is the number of entries that were newer than the stored ones; in a dry
	// run, of those that would be in one batch.
	Changed int64
}

// Import imports scheduler data from a file. A line with errors does not affect the
// others. An error means that the file or the database failed; earlier lines were
// imported, as the summary says. Importing a file again is harmless.
func Import(ctx context.Context, service *scheduler.Scheduler, scope client.Scope, file io.Reader, options Options) (Summary, error) {
	s, ok := shapeOf(options.Kind)
	if !ok {
		return Summary{}, fmt.Errorf("unknown kind %q", options.Kind)
	}
	lines, err := newReader(file, options.Format, s)
	if err != nil {
		return Summary{}, err
	}
	i := &importer{service: service, scope: scope, shape: s, options: options}
	for {
		l, err := lines.next()
		if errors.Is(err, io.EOF) {
			return i.summary, i.flush(ctx)
		}
		if err != nil {
			// What was read before the error is valid.
			return i.summary, errors.Join(i.flush(ctx), err)
		}
		i.summary.Lines++
		if l.wrong != "" {
			i.bad(l.number, l.wrong)
			continue
		}
		if i.batch = append(i.batch, l); len(i.batch) == s.batch {
			if err := i.flush(ctx); err != nil {
				return i.summary, err
			}
		}
	}
}

type importer struct {
	service *scheduler.Scheduler
	scope   client.Scope
	shape   shape
	options Options
	batch   []line
	summary Summary
}

// flush imports the batch.
func (i *importer) flush(ctx context.Context) error {
	if len(i.batch) == 0 {
		return nil
	}
	feed := scheduler.Feed{DryRun: i.options.DryRun}
	for _, l := range i.batch {
		feed.Entries = append(feed.Entries, l.values)
	}
	result, err := i.shape.take(ctx, i.service, i.scope, feed)
	if err != nil {
		return err
	}
	i.summary.Changed += result.Changed
	problems := map[int][]string{}
	for _, failure := range result.Errors {
		// The path has the argument, the entry's index, and the path in the entry.
		index, err := strconv.Atoi(failure.Field[1])
		if err != nil {
			return fmt.Errorf("an error without an entry: %w", failure)
		}
		problems[index] = append(problems[index], problem(failure))
	}
	for index, l := range i.batch {
		if problems[index] != nil {
			i.bad(l.number, problems[index]...)
		}
	}
	i.batch = i.batch[:0]
	return nil
}

func (i *importer) bad(number int, problems ...string) {
	i.summary.Bad++
	if i.options.Wrong == nil {
		return
	}
	for _, text := range problems {
		i.options.Wrong(number, text)
	}
}

// problem returns the text of an error of a line.
func problem(failure *client.Error) string {
	at := strings.Join(slices.Clone(failure.Field[2:]), ".")
	if at != "" {
		at += ": "
	}
	return fmt.Sprintf("%s%s: %s", at, failure.Code, failure.Message)
}
