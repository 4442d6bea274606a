package scheduler

import (
	"context"
	"errors"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Bounds of what the scheduler feeds.
const (
	// MaxFeed bounds the entries of one feed.
	MaxFeed = 1_000
	// MaxForms bounds the forms of one client.
	MaxForms = 1_000
)

// feedClients bounds how many clients one transaction of a feed is about: a
// thousand entries take a handful of transactions, none of which holds more
// than that many records.
const feedClients = 200

// Feed is what the scheduler sends at once: entries as it writes them, property
// names of the schema with JSON values. Each says by its modifiedDate how new
// it is: one that is not newer than what is known changes nothing, so that a
// feed may be sent again, and come in any order.
type Feed struct {
	Entries []client.Values
	// DryRun checks everything against what is stored, and writes nothing.
	DryRun bool
}

// FeedResult is what became of a feed.
type FeedResult struct {
	// Changed is how many entries were newer than what was known.
	Changed int64
	// Errors are those of entries, in the order of the feed; each path goes on
	// with the entry's index after the argument. An entry with an error changed
	// nothing, and no other entry suffers from it.
	Errors client.Errors
}

// begin checks what all feeds have in common.
func (f Feed) begin(scope client.Scope, argument string) error {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return err
	}
	if len(f.Entries) > MaxFeed {
		return client.Path{argument}.At(client.TooMany(MaxFeed))
	}
	return nil
}

// feedPart is the part of a feed that one transaction takes in.
type feedPart interface {
	// Apply takes it in, and says how many entries were news and what is wrong
	// with others. It may be run again.
	Apply(ctx context.Context, tx store.Tx) (int64, map[*writing.EntryReader]*client.Error, error)
}

// feed takes in the parts of a feed that were read without errors, in a
// transaction each; in a dry run without what they write. An answer is kept for
// the scope's key unless all entries were refused. A feed that is cut off between
// two parts goes on when it is sent again.
func (s *Scheduler) feed(ctx context.Context, scope client.Scope, f Feed, readers []*writing.EntryReader, parts []feedPart) (FeedResult, error) {
	attempt, err := s.Attempt(ctx, scope)
	if err != nil {
		return FeedResult{}, err
	}
	result := FeedResult{Errors: errorsOf(readers, nil)}
	for i, part := range parts {
		sofar := result.Changed
		var failed map[*writing.EntryReader]*client.Error
		var recalled bool
		err := s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
			var err error
			if recalled, err = attempt.Recall(ctx, tx, writing.Plain(&result)); err != nil || recalled {
				return err
			}
			var changed int64
			if changed, failed, err = part.Apply(ctx, tx); err != nil {
				return err
			}
			result = FeedResult{Changed: sofar + changed, Errors: errorsOf(readers, failed)}
			switch {
			case f.DryRun:
				return writing.ErrDryRun
			case i < len(parts)-1 && result.Changed > 0:
				attempt.Begin(tx)
			case i == len(parts)-1 && len(result.Errors) < len(readers):
				return attempt.Keep(tx, writing.Plain(&result))
			case i == len(parts)-1:
				attempt.Free(tx)
			}
			return nil
		})
		if err != nil && !(f.DryRun && errors.Is(err, writing.ErrDryRun)) {
			return FeedResult{}, err
		}
		if recalled {
			return result, nil
		}
		for reader, err := range failed {
			reader.Errors = append(reader.Errors, err)
		}
	}
	return result, nil
}

// errorsOf are the errors of all entries in their order, with those of a part
// that is not done.
func errorsOf(readers []*writing.EntryReader, failed map[*writing.EntryReader]*client.Error) client.Errors {
	var errs client.Errors
	for _, reader := range readers {
		errs = append(errs, reader.Errors...)
		if err := failed[reader]; err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (f Feed) reader(argument string, index int) *writing.EntryReader {
	return &writing.EntryReader{Values: f.Entries[index], Where: client.Path{argument, strconv.Itoa(index)}}
}
