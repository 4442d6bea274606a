package store

import (
	"context"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
)

// ChangeStore is the part of Store that reads the change feed. The rows that writes make
// are numbered from 1 in each business, without a gap, in the same order for all readers.
// Rows about one client are in the order of its writes.
type ChangeStore interface {
	// ChangeHead returns the number of the last row of the scope's business; 0 if there is
	// none. Rows of writes before the call have numbers up to it, except when the database
	// does not number them in time: they get higher numbers later.
	ChangeHead(ctx context.Context, scope client.Scope) (int64, error)
	// ChangeDate returns when the row with that number was written; the zero time if the
	// row has expired or does not exist yet.
	ChangeDate(ctx context.Context, scope client.Scope, sequence int64) (time.Time, error)
	// Changes finds at most limit rows with numbers above after, up to until, about clients
	// that the scope saw before the change or sees after it, ordered by number. looked is
	// the number up to which all rows were examined. It is less than until if one call
	// can't examine so many, and the number of the last row if there are limit rows.
	Changes(ctx context.Context, scope client.Scope, after, until, limit int64) (rows []changefeed.Row, looked int64, err error)
	// WatchChanges returns a channel that receives a value after rows were written in the
	// scope's business, until ctx ends. Several writes may share one value, and there may
	// be a value without a write.
	WatchChanges(ctx context.Context, scope client.Scope) <-chan struct{}
}
