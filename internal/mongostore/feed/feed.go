// Package feed stores the change feed of each business. Transactions write their rows into
// the outbox. Package feed numbers them, in one order for all readers, wakes their watchers,
// and reads them. It also stores the document that all writers of a business read: by which
// settings and rules the search and sort keys of clients are computed.
package feed

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/schema"
)

// RowBatch is how many rows one command writes.
const RowBatch = 1_000

// Feed is the change feeds of all businesses. It is safe for concurrent use, also by
// several processes on one database.
type Feed struct {
	db       *mongo.Database
	seen     *indexed.Seen
	notifier *notifier
	numberer *numberer
	remake   func(ctx context.Context, businessID int64, clientIDs []int64) error
	// lag, unless nil, is called with how long after its change a row of the feed got its
	// number.
	lag func(time.Duration)
}

// New returns the feeds of that database, of whose indexes seen knows. Remake computes
// anew the search and sort keys of clients that a writer computed by earlier settings or
// rules.
func New(db *mongo.Database, seen *indexed.Seen, remake func(ctx context.Context, businessID int64, clientIDs []int64) error) *Feed {
	f := &Feed{
		db:       db,
		seen:     seen,
		notifier: &notifier{changes: db.Collection(schema.Changes), outbox: db.Collection(schema.Outbox)},
		remake:   remake,
	}
	f.numberer = newNumberer(f.number)
	return f
}

// ReportLag has report called for each row of the feed that this process numbers, with how long
// after its change that is. It is to be called before the feed is used; report must not
// block.
func (f *Feed) ReportLag(report func(time.Duration)) { f.lag = report }

// Wake has the rows that a business's transactions wrote numbered soon, in the background. If
// that fails, the next reader of the feed, or the next write, does it.
func (f *Feed) Wake(businessID int64) { f.numberer.wake(businessID) }

// Drain numbers all rows of a business that were committed before it was called.
func (f *Feed) Drain(ctx context.Context, businessID int64) error { return f.number(ctx, businessID) }
