// Package feed stores the change feed of each business. Transactions write rows into the
// outbox. Package feed numbers them in one order for all readers, wakes watchers, and
// reads them. It also stores the document that all writers of a business read, with the
// settings and rules for the clients' search and sort keys.
package feed

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/schema"
)

// RowBatch is the number of rows that one command writes.
const RowBatch = 1_000

// Feed is the change feeds of all businesses. It is safe for concurrent use, also by
// several processes on one database.
type Feed struct {
	db       *mongo.Database
	seen     *indexed.Seen
	notifier *notifier
	numberer *numberer
	remake   func(ctx context.Context, businessID int64, clientIDs []int64) error
	// lag, unless nil, is called when a row of the feed gets its number, with the time
	// since the change.
	lag func(time.Duration)
}

// New returns the feeds of that database. seen knows its indexes. remake recomputes the
// search and sort keys of clients whose writer used earlier settings or rules.
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

// ReportLag sets the function that is called for each feed row that this process numbers,
// with the time since the change. Call it before the feed is used; report must not block.
func (f *Feed) ReportLag(report func(time.Duration)) { f.lag = report }

// Wake starts numbering a business's rows in the background. If that fails, the next
// reader of the feed or the next write does it.
func (f *Feed) Wake(businessID int64) { f.numberer.wake(businessID) }

// Drain numbers all rows of a business that were committed before it was called.
func (f *Feed) Drain(ctx context.Context, businessID int64) error { return f.number(ctx, businessID) }
