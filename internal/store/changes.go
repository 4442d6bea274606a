package store

import (
	"context"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
)

// ChangeStore is what a Store does about the change feed: the rows that writes
// leave, numbered from 1 in each business, without a gap and in one order for all
// readers. Rows about one client are in the order of its writes.
type ChangeStore interface {
	// ChangeHead is the number of the last row of the scope's business; 0 before
	// the first. Rows of writes that were done before have their numbers, unless the
	// database does not number them in time: then they get higher ones later.
	ChangeHead(ctx context.Context, scope client.Scope) (int64, error)
	// ChangeDate is when the row with that number was written; the zero time when it is
	// not kept any more, or not there yet.
	ChangeDate(ctx context.Context, scope client.Scope, sequence int64) (time.Time, error)
	// Changes finds the rows numbered above after, up to until, that are about
	// clients of the scope's rows, before the change or after it, in order and at
	// most limit of them. Looked is the number up to which it looked: less than until
	// where that would be too much for one call, and the last row's where it found limit
	// rows.
	Changes(ctx context.Context, scope client.Scope, after, until, limit int64) (rows []changefeed.Row, looked int64, err error)
	// WatchChanges returns a channel that receives after rows were written in the
	// scope's business, once at least for all that it did not receive for yet, until
	// ctx ends. It may receive though nothing was written.
	WatchChanges(ctx context.Context, scope client.Scope) <-chan struct{}
}
