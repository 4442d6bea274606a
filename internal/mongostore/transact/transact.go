// Package transact runs transactions on MongoDB and on the embedded engine, repeats them
// after conflicts, and knows what the failures of both mean.
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
	// BackoffFirst is how long a transaction waits after its first conflict before it runs
	// again. Half of it is random, so that two that conflicted don't conflict again.
	BackoffFirst = 2 * time.Millisecond
	// BackoffMost is how long it waits after many conflicts.
	BackoffMost = 200 * time.Millisecond
	// patience is for how long a transaction without a deadline is repeated.
	patience = 2 * time.Minute
	// AbortTime bounds how long the abort of a failed transaction may take. The database
	// aborts a transaction by itself if it hears no more of it.
	AbortTime = time.Second
	// commitTime bounds a commit where the operation has no deadline of its own.
	commitTime = 30 * time.Second
)

// ErrLeased says that another transaction has a lease on clients of this one. It is no
// conflict in the database, and the transaction holds nothing while it waits.
var ErrLeased = errors.New("a longer transaction has the clients")

// Run runs do in a transaction on a snapshot, and repeats it after conflicts, until it is
// committed, fails for another reason, or ctx ends; without a deadline until patience is
// over. It does not outlast ctx by more than AbortTime.
//
// The driver's WithTransaction is not used: it waits between two tries, commits and
// aborts without looking at the caller's deadline, for two minutes.
func Run(ctx context.Context, db *mongo.Database, do func(context.Context) error) error {
	return Repeat(ctx, db, do, func(context.Context, time.Duration, error) error { return nil })
}

// Repeat is Run that calls met between two attempts: with how long it has tried, and why the
// last attempt failed.
func Repeat(ctx context.Context, db *mongo.Database, do func(context.Context) error, met func(context.Context, time.Duration, error) error) error {
	session, err := db.Client().StartSession()
	if err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	defer endSession(ctx, session)
	// A transaction reads and writes on the primary, whatever the URI prefers.
	o := options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(writeconcern.Majority()).SetReadPreference(readpref.Primary())
	began := time.Now()
	for backoff := BackoffFirst; ; backoff = min(2*backoff, BackoffMost) {
		if err := session.StartTransaction(o); err != nil {
			return fmt.Errorf("start a transaction: %w", err)
		}
		retryable := isConflict
		err := do(mongo.NewSessionContext(ctx, session))
		if err == nil {
			// Of a commit the code alone does not say that nothing was done.
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
		case <-time.After(backoff/2 + rand.N(backoff/2)): //nolint:gosec // Who waits how long is no secret.
		}
	}
}

// commit commits, and commits again while the database does not know whether it
// did: that is safe, for a transaction is committed once. It goes on when the
// caller has left, until the operation's deadline: a commit that was given up may
// have been done, or not.
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

// abort aborts a transaction. Its failure does not matter: the database aborts every
// transaction that is not committed in the end.
func abort(ctx context.Context, session *mongo.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), AbortTime)
	defer cancel()
	_ = session.AbortTransaction(ctx)
}

// endSession returns a session to the driver's pool, which first aborts a
// transaction whose commit has not come to an end.
func endSession(ctx context.Context, session *mongo.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), AbortTime)
	defer cancel()
	session.EndSession(ctx)
}

// Pause waits, or returns the error of ctx when that ends before.
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
