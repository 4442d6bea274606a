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

// Bounds of what the scheduler sends.
const (
	// MaxFeed bounds the entries that are sent at once.
	MaxFeed = 1_000
	// MaxForms bounds the forms of one client.
	MaxForms = 1_000
)

// feedClients bounds the clients of one transaction: a thousand entries take a handful of
// transactions, and none has more records than that.
const feedClients = 200

// Feed is what the scheduler sends at once: entries as JSON values by the schema's
// property names. An entry whose modifiedDate is not later than the stored one changes
// nothing, so that entries may be sent again, and in any order.
type Feed struct {
	Entries []client.Values
	// DryRun checks everything against stored data, and writes nothing.
	DryRun bool
}

// FeedResult is the result of a Feed.
type FeedResult struct {
	// Changed is the number of entries that were newer than the stored ones.
	Changed int64
	// Errors are the errors of entries, in order; each path has the entry's index after
	// the argument. An entry with an error changes nothing, and does not affect the
	// others.
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

// feedPart are the entries of one transaction.
type feedPart interface {
	// Apply applies them, and returns how many were newer and the errors of others. It
	// may be run again.
	Apply(ctx context.Context, tx store.Tx) (int64, map[*writing.EntryReader]*client.Error, error)
}

// feed applies the parts whose entries were read without errors, each in a transaction;
// in a dry run nothing is written. An answer is stored for the scope's idempotency key
// unless all entries were refused. A feed that was cut off between two parts is completed
// by sending it again.
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

// errorsOf returns the errors of all entries in order, including those of an unfinished
// part.
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
