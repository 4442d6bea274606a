// Package transact runs transactions on MongoDB and on the embedded engine, repeats them
// after conflicts, and knows what the errors of both mean.
package transact

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"clientgraph/internal/observe"
)

const (
	// BackoffFirst is how long a transaction waits after its first conflict before it
	// runs again. Half of it is random, so that two that conflicted don't conflict again.
	BackoffFirst = 2 * time.Millisecond
	// BackoffMost is how long it waits after many conflicts.
	BackoffMost = 200 * time.Millisecond
	// patience is how long a transaction without a deadline is repeated.
	patience = 2 * time.Minute
	// AbortTime bounds the abort of a failed transaction. The database aborts it by
	// itself after some time.
	AbortTime = time.Second
	// commitTime bounds a commit if the operation has no deadline.
	commitTime = 30 * time.Second
)

// ErrLeased says that another transaction leases clients of this one. It is not a
// conflict in the database, and the transaction has no locks while it waits.
var ErrLeased = errors.New("a longer transaction has a lease on the clients")

// Run runs do in a transaction on a snapshot, and repeats it after conflicts until it is
// committed, fails for another reason, or ctx ends; without a deadline, until patience
// has passed. It ends at most AbortTime after ctx.
//
// The driver's WithTransaction is not used: for two minutes, it waits between tries,
// commits and aborts without regard to the caller's deadline.
func Run(ctx context.Context, db *mongo.Database, do func(context.Context) error) error {
	return Repeat(ctx, db, do, func(context.Context, time.Duration, error) error { return nil })
}

// Repeat is Run that calls met between two attempts, with the time since the first one
// and the error of the last one.
func Repeat(ctx context.Context, db *mongo.Database, do func(context.Context) error, met func(context.Context, time.Duration, error) error) error {
	session, err := db.Client().StartSession()
	if err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	defer endSession(ctx, session)
	// Transactions use the primary, whatever the URI prefers.
	o := options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(writeconcern.Majority()).SetReadPreference(readpref.Primary())
	began := time.Now()
	for backoff := BackoffFirst; ; backoff = min(2*backoff, BackoffMost) {
		if err := session.StartTransaction(o); err != nil {
			return fmt.Errorf("start a transaction: %w", err)
		}
		retryable := isConflict
		err := do(mongo.NewSessionContext(ctx, session))
		if err == nil {
			// For a commit, the code alone does not say that nothing was written.
			retryable = isLabelled
			err = commit(ctx, session)
		} else {
			abort(ctx, session)
		}
		since := time.Since(began)
		if err == nil || since > patience || !(retryable(err) || errors.Is(err, ErrLeased)) {
			return err
		}
		observe.Of(ctx).Retried()
		if failed := met(ctx, since, err); failed != nil {
			return fmt.Errorf("%w: %w", failed, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(backoff/2 + rand.N(backoff/2)): //nolint:gosec // case <-time.After(backoff/2 + rand.N(backoff/2)): //nolint:gosec // The time to wait is no secret.
		}
	}
}

// commit commits, and repeats the commit while its result is unknown: that is safe,
// because a transaction is committed once. It continues until the operation's deadline
// even if the caller is gone, because a commit that was given up may have been done or
// not.
func commit(ctx context.Context, session *mongo.Session) error {
	if err := ctx.Err(); err != nil {
		abort(ctx, session)
		return err
	}
	deadline, bounded := ctx.Deadline()
	if !bounded {
		deadline = time.Now().Add(commitTime)
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer cancel()
	for backoff := BackoffFirst; ; backoff = min(2*backoff, BackoffMost) {
		err := session.CommitTransaction(ctx)
		if err == nil || !isUnknownCommit(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(backoff):
		}
	}
}

// abort aborts a transaction. Its error is ignored: the database aborts uncommitted
// transactions after some time.
func abort(ctx context.Context, session *mongo.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), AbortTime)
	defer cancel()
	_ = session.AbortTransaction(ctx)
}

// endSession returns a session to the driver's pool, which first aborts a transaction
// whose commit has not ended.
func endSession(ctx context.Context, session *mongo.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), AbortTime)
	defer cancel()
	session.EndSession(ctx)
}

// Pause waits, or returns the error of ctx if that ends first.
func Pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
