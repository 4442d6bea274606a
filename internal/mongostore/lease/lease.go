// Package lease lets long transactions succeed. Shorter ones that write the same clients
// would abort a long one again and again: it takes a lease on its clients, and the others
// wait for it.
package lease

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

const (
	// after is how long a transaction is repeated because of conflicts before it takes a
	// lease: conflicts between short ones end sooner.
	after = 500 * time.Millisecond
	// term is how long a lease lasts if it is not renewed, and so how long others wait
	// for a process that died. renewal is how often it is renewed.
	term    = 2 * time.Second
	renewal = term / 4
	// patience bounds how long one write waits for leases in all; then it tries without.
	patience = 10 * time.Second
	// poll is how often a waiting transaction checks whether the lease has ended.
	poll = 25 * time.Millisecond
)

// Lease is a long transaction's lease on the clients that it writes. Conflicts, not
// leases, keep the data right: a lease only makes sure that a transaction succeeds that
// shorter ones would abort again and again, even if clocks differ.
type Lease struct {
	db         *mongo.Database
	feed       *feed.Feed
	businessID int64
	// owner orders leases by age; it is zero while there is no lease.
	owner bson.ObjectID
	held  map[int64]bool
	stop  func()
	// waited is how long the transaction has waited for leases of others.
	waited time.Duration
}

// New returns a Lease that has no clients yet, for one write to a business.
func New(db *mongo.Database, feed *feed.Feed, businessID int64) *Lease {
	return &Lease{db: db, feed: feed, businessID: businessID}
}

// Met is called after each attempt that failed because of other transactions. It waits
// for a lease of another transaction, or takes one if this transaction was repeated for
// long.
func (l *Lease) Met(ctx context.Context, since time.Duration, touched []int64, err error) error {
	if errors.Is(err, transact.ErrLeased) {
		return l.wait(ctx, touched)
	}
	if since < after {
		return nil
	}
	return l.take(ctx, touched)
}

// take leases those of the clients that are not leased yet.
func (l *Lease) take(ctx context.Context, touched []int64) error {
	var ids []int64
	for _, id := range touched {
		if !l.held[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if l.held == nil {
		l.owner, l.held = bson.NewObjectID(), map[int64]bool{}
	}
	until := time.Now().Add(term)
	var documents []any
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		documents = append(documents, bson.D{
			{Key: schema.FieldBusiness, Value: l.businessID}, {Key: schema.FieldOwner, Value: l.owner}, {Key: schema.FieldUntil, Value: until}, {Key: "clientIds", Value: chunk},
		})
	}
	// The driver sends the insert again if its answer is lost. The embedded engine does
	// not recognise that, and reports duplicate keys.
	_, err := l.db.Collection(schema.Leases).InsertMany(ctx, documents, options.InsertMany().SetOrdered(false))
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("lease clients: %w", err)
	}
	for _, id := range ids {
		l.held[id] = true
	}
	if err := l.feed.AnnounceLease(ctx, l.businessID, until); err != nil {
		return err
	}
	if l.stop == nil {
		l.stop = l.keep(ctx)
	}
	return nil
}

// keep renews the lease until stop is called.
func (l *Lease) keep(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for transact.Pause(ctx, renewal) == nil {
			until := time.Now().Add(term)
			// If this fails, the lease ends, and the transaction continues without it.
			_, _ = l.db.Collection(schema.Leases).UpdateMany(ctx, l.own(), bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldUntil, Value: until}}}})
			_ = l.feed.AnnounceLease(ctx, l.businessID, until)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (l *Lease) own() bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: l.businessID}, {Key: schema.FieldOwner, Value: l.owner}}
}

// End ends the lease.
func (l *Lease) End(ctx context.Context) {
	if l.stop == nil {
		return
	}
	l.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transact.AbortTime)
	defer cancel()
	// If this fails, the lease ends by itself.
	_, _ = l.db.Collection(schema.Leases).DeleteMany(ctx, l.own())
}

// wait waits until no other transaction leases the clients, or patience has passed.
func (l *Lease) wait(ctx context.Context, touched []int64) error {
	for began, before := time.Now(), l.waited; ; {
		leased, err := l.IsLeased(ctx, touched)
		if err != nil || !leased {
			return err
		}
		if err := transact.Pause(ctx, poll); err != nil {
			return err
		}
		if l.waited = before + time.Since(began); l.waited > patience {
			return nil
		}
	}
}

// IsLeased says whether another transaction leases one of those clients. If this one has
// a lease too, only earlier leases count.
func (l *Lease) IsLeased(ctx context.Context, ids []int64) (bool, error) {
	if l.waited > patience {
		return false, nil
	}
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		filter := bson.D{
			{Key: schema.FieldBusiness, Value: l.businessID}, {Key: "clientIds", Value: query.In(chunk)}, {Key: schema.FieldUntil, Value: bson.D{{Key: "$gt", Value: time.Now()}}},
		}
		if !l.owner.IsZero() {
			filter = append(filter, bson.E{Key: schema.FieldOwner, Value: bson.D{{Key: "$lt", Value: l.owner}}})
		}
		count, err := l.db.Collection(schema.Leases).CountDocuments(ctx, filter, options.Count().SetLimit(1))
		if err != nil {
			return false, fmt.Errorf("look for leases: %w", err)
		}
		if count > 0 {
			return true, nil
		}
	}
	return false, nil
}
