// Package lease brings long transactions to their end. Shorter ones that write the same
// clients would go on aborting a long one: it takes a lease on its clients, for which
// the others wait.
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
	// after is for how long a transaction meets others before it takes a lease:
	// short ones that conflict are through by then.
	after = 500 * time.Millisecond
	// term is how long a lease holds that nobody prolongs, which is how long
	// others wait for a process that died. leaseRenewal is how often it is prolonged.
	term    = 2 * time.Second
	renewal = term / 4
	// patience bounds how long one write waits for leases in all; then it takes
	// its chance.
	patience = 10 * time.Second
	// poll is how often who waits looks whether the lease is over.
	poll = 25 * time.Millisecond
)

// Lease is the hold of a long transaction on the clients that it writes. It makes
// nothing safe, which conflicts do: it only sees to it that a transaction ends which
// shorter ones would go on aborting, beside clocks that differ too.
type Lease struct {
	db         *mongo.Database
	feed       *feed.Feed
	businessID int64
	// owner orders leases by their age; it is zero while none is taken.
	owner bson.ObjectID
	held  map[int64]bool
	stop  func()
	// waited is how long the transaction waited for others' leases.
	waited time.Duration
}

// New returns what one write holds of the business's clients: nothing as yet.
func New(db *mongo.Database, feed *feed.Feed, businessID int64) *Lease {
	return &Lease{db: db, feed: feed, businessID: businessID}
}

// Met is called after each try that failed because of others: it waits for the
// lease of another one, or takes one where the transaction was kept for long.
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
	// The driver sends the insert again when its answer is lost. The embedded engine
	// does not know it again then, and finds the documents there.
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

// keep prolongs the lease until stop is called.
func (l *Lease) keep(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for transact.Pause(ctx, renewal) == nil {
			until := time.Now().Add(term)
			// A lease that is not prolonged ends; the transaction goes on without.
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

// End gives the clients back.
func (l *Lease) End(ctx context.Context) {
	if l.stop == nil {
		return
	}
	l.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transact.AbortTime)
	defer cancel()
	// What is not deleted ends by itself.
	_, _ = l.db.Collection(schema.Leases).DeleteMany(ctx, l.own())
}

// wait waits until nobody has the clients leased, or patience is at its end.
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

// IsLeased says whether another transaction has one of those clients: for one that
// has a lease itself, an earlier one.
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
