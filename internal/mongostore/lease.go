package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	// leaseAfter is for how long a transaction meets others before it takes a lease:
	// short ones that conflict are through by then.
	leaseAfter = 500 * time.Millisecond
	// leaseTerm is how long a lease holds that nobody prolongs, which is how long
	// others wait for a process that died. leaseRenewal is how often it is prolonged.
	leaseTerm    = 2 * time.Second
	leaseRenewal = leaseTerm / 4
	// leasePatience bounds how long one write waits for leases in all; then it takes
	// its chance.
	leasePatience = 10 * time.Second
	// leasePoll is how often who waits looks whether the lease is over.
	leasePoll = 25 * time.Millisecond
)

// lease is the hold of a long transaction on the clients that it writes. It makes
// nothing safe, which conflicts do: it only sees to it that a transaction ends which
// shorter ones would go on aborting, beside clocks that differ too.
type lease struct {
	db         *mongo.Database
	feed       *Feed
	businessID int64
	// owner orders leases by their age; it is zero while none is taken.
	owner bson.ObjectID
	held  map[int64]bool
	stop  func()
	// waited is how long the transaction waited for others' leases.
	waited time.Duration
}

// newLease returns what one write holds of the business's clients: nothing as yet.
func newLease(db *mongo.Database, feed *Feed, businessID int64) *lease {
	return &lease{db: db, feed: feed, businessID: businessID}
}

// met is called after each try that failed because of others: it waits for the
// lease of another one, or takes one where the transaction was kept for long.
func (l *lease) met(ctx context.Context, since time.Duration, touched []int64, err error) error {
	if errors.Is(err, errLeased) {
		return l.wait(ctx, touched)
	}
	if since < leaseAfter {
		return nil
	}
	return l.take(ctx, touched)
}

// take leases those of the clients that are not leased yet.
func (l *lease) take(ctx context.Context, touched []int64) error {
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
	until := time.Now().Add(leaseTerm)
	var documents []any
	for chunk := range slices.Chunk(ids, idChunk) {
		documents = append(documents, bson.D{
			{Key: keyBusiness, Value: l.businessID}, {Key: keyOwner, Value: l.owner}, {Key: keyUntil, Value: until}, {Key: "clientIds", Value: chunk},
		})
	}
	// The driver sends the insert again when its answer is lost. The embedded engine
	// does not know it again then, and finds the documents there.
	_, err := l.db.Collection(leasesName).InsertMany(ctx, documents, options.InsertMany().SetOrdered(false))
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
func (l *lease) keep(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for pause(ctx, leaseRenewal) == nil {
			until := time.Now().Add(leaseTerm)
			// A lease that is not prolonged ends; the transaction goes on without.
			_, _ = l.db.Collection(leasesName).UpdateMany(ctx, l.own(), bson.D{{Key: "$set", Value: bson.D{{Key: keyUntil, Value: until}}}})
			_ = l.feed.AnnounceLease(ctx, l.businessID, until)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (l *lease) own() bson.D {
	return bson.D{{Key: keyBusiness, Value: l.businessID}, {Key: keyOwner, Value: l.owner}}
}

// end gives the clients back.
func (l *lease) end(ctx context.Context) {
	if l.stop == nil {
		return
	}
	l.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	// What is not deleted ends by itself.
	_, _ = l.db.Collection(leasesName).DeleteMany(ctx, l.own())
}

// wait waits until nobody has the clients leased, or patience is at its end.
func (l *lease) wait(ctx context.Context, touched []int64) error {
	for began, before := time.Now(), l.waited; ; {
		leased, err := l.isLeased(ctx, touched)
		if err != nil || !leased {
			return err
		}
		if err := pause(ctx, leasePoll); err != nil {
			return err
		}
		if l.waited = before + time.Since(began); l.waited > leasePatience {
			return nil
		}
	}
}

// isLeased says whether another transaction has one of those clients: for one that
// has a lease itself, an earlier one.
func (l *lease) isLeased(ctx context.Context, ids []int64) (bool, error) {
	if l.waited > leasePatience {
		return false, nil
	}
	for chunk := range slices.Chunk(ids, idChunk) {
		filter := bson.D{
			{Key: keyBusiness, Value: l.businessID}, {Key: "clientIds", Value: in(chunk)}, {Key: keyUntil, Value: bson.D{{Key: "$gt", Value: time.Now()}}},
		}
		if !l.owner.IsZero() {
			filter = append(filter, bson.E{Key: keyOwner, Value: bson.D{{Key: "$lt", Value: l.owner}}})
		}
		count, err := l.db.Collection(leasesName).CountDocuments(ctx, filter, options.Count().SetLimit(1))
		if err != nil {
			return false, fmt.Errorf("look for leases: %w", err)
		}
		if count > 0 {
			return true, nil
		}
	}
	return false, nil
}
