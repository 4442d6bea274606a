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

// Options say what to import and how.
type Options struct {
	Kind   Kind
	Format Format
	// DryRun checks everything and writes nothing.
	DryRun bool
	// Wrong is told of each thing that is wrong with a line. Nil: nobody is.
	Wrong func(line int, problem string)
}

// Summary is what became of a file.
type Summary struct {
	// Lines is how many entries were read, Bad how many of them have errors and
	// were left out.
	Lines, Bad int
	// Changed is how many were newer than what was known; in a dry run, how many
	// would be of those in one batch.
	Changed int64
}

// Import takes the lines of a file in. A line with errors harms no other; an
// error means that the file, or what it is to be written to, failed, and that
// lines before were taken in as the summary says. To import a file again does
// no harm.
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
			// What was read before the fault is good.
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

// flush takes the batch in.
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
		// The path is the argument, the entry's index, and where in the entry.
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

// problem is one failure of an entry in one line.
func problem(failure *client.Error) string {
	at := strings.Join(slices.Clone(failure.Field[2:]), ".")
	if at != "" {
		at += ": "
	}
	return fmt.Sprintf("%s%s: %s", at, failure.Code, failure.Message)
}
