package mongostore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// failsOnce answers a command with a failure, the first time.
func failsOnce(command string, reply bson.D) func(string) bson.D {
	done := false
	return func(name string) bson.D {
		if name != command || done {
			return nil
		}
		done = true
		return reply
	}
}

// failsAlways answers a command with a failure, every time.
func failsAlways(command string, reply bson.D) func(string) bson.D {
	return func(name string) bson.D {
		if name == command {
			return reply
		}
		return nil
	}
}

// writeOne runs a transaction that reads and inserts a client; it returns how
// often it was run.
func writeOne(ctx context.Context, kept *mongostore.Store, id int64) (runs int, err error) {
	err = kept.Write(ctx, ownerScope(), func(ctx context.Context, tx store.Tx) error {
		runs++
		c := &client.Client{BusinessID: testBusiness, ClientID: id, Lifecycle: client.Live, Status: client.StatusActive, Version: 1}
		return tx.Insert(ctx, c, history.Entry{ClientID: id, Version: 1})
	})
	// Nothing of this one is left to be sent when the next one is disturbed.
	_ = kept.NumberChanges(ctx)
	return runs, err
}

func TestCodesOfTheDatabaseMeanWhatTheirTableSays(t *testing.T) {
	t.Parallel()
	for _, c := range transact.Codes() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			// A commit that does not arrive leaves its locks: a database each.
			wire, kept := newWire(t, testdb.New(t))
			reply := failure(c.Number, c.Name, "as MongoDB would say it")

			wire.answers(failsAlways("find", reply))
			_, err := kept.ClientsByID(t.Context(), ownerScope(), []int64{1}, true, client.SelectAll())
			if err == nil {
				t.Fatal("a read that the database refused was answered")
			}
			if got := transact.Unavailable(err); got != ((c.Means == transact.MeansUnavailable) || (c.Means == transact.MeansConflict)) {
				t.Errorf("a read is told as unavailable: %t, %v", got, err)
			}

			check := func(id int64) {
				t.Helper()
				runs, err := writeOne(t.Context(), kept, id)
				switch {
				case (c.Means == transact.MeansConflict) && (err != nil || runs != 2):
					t.Errorf("a transaction that met another one ran %d times: %v", runs, err)
				case (c.Means == transact.MeansTooLarge) && !errors.Is(err, store.ErrTooLarge):
					t.Errorf("a transaction that is too large: %v", err)
				case (c.Means == transact.MeansUnavailable) && (err == nil || runs != 1 || !transact.Unavailable(err)):
					t.Errorf("ran %d times, unavailable %t: %v", runs, transact.Unavailable(err), err)
				}
			}
			wire.answers(failsOnce("bulkWrite", reply))
			check(1)
			// The same of one write of several.
			wire.answers(failsOnce("bulkWrite", bson.D{{Key: "ok", Value: 1}, {Key: "nErrors", Value: 1}, {Key: "cursor", Value: bson.D{{Key: "firstBatch", Value: bson.A{
				bson.D{{Key: "ok", Value: 0.0}, {Key: "idx", Value: 1}, {Key: "code", Value: c.Number}, {Key: "errmsg", Value: "as MongoDB would say it"}},
			}}}}}))
			check(3)

			// Of a commit the code alone does not say that nothing was done: it may be
			// sent again, but the transaction is not run again.
			wire.answers(failsOnce("commitTransaction", reply))
			if runs, err := writeOne(t.Context(), kept, 2); runs != 1 {
				t.Errorf("a transaction whose commit failed without a label ran %d times: %v", runs, err)
			}
		})
	}
}

// The number 360 is another failure's, which no client ever meets.
func TestTransactionTooLargeForCacheIs388(t *testing.T) {
	names := map[int]string{}
	for _, c := range transact.Codes() {
		if names[c.Number] != "" {
			t.Errorf("%d is there twice", c.Number)
		}
		names[c.Number] = c.Name
	}
	for number, name := range map[int]string{
		24: "LockTimeout", 112: "WriteConflict", 251: "NoSuchTransaction", 257: "TransactionTooLarge", 262: "ExceededTimeLimit",
		360: "", 388: "TransactionTooLargeForCache", 10334: "BSONObjectTooLarge", 14031: "OutOfDiskSpace",
	} {
		if names[number] != name {
			t.Errorf("%d is %q, want %q", number, names[number], name)
		}
	}
}

// What the embedded engine says under the code of internal errors is told like
// what MongoDB has codes for.
func TestTextsOfTheEmbeddedEngineMeanWhatCodesOfMongoDBDo(t *testing.T) {
	t.Parallel()
	wire, kept := newWire(t, testdb.New(t))
	for text, check := range map[string]func(runs int, err error) bool{
		`Internal("transaction already closed")`:            func(runs int, err error) bool { return runs == 2 && err == nil },
		"transaction rolled back because of cache overflow": func(runs int, err error) bool { return runs == 2 && err == nil },
		"WriteError { code: 313, errmsg: \"Transaction is too large and will not fit in the storage engine cache\", exec: false }": func(_ int, err error) bool {
			return errors.Is(err, store.ErrTooLarge)
		},
		"WT_SESSION.commit_transaction: No space left on device":                                      func(_ int, err error) bool { return transact.Unavailable(err) },
		"WiredTiger error: WtError { code: -31804, message: \"WT_PANIC: WiredTiger library panic\" }": func(_ int, err error) bool { return transact.Unavailable(err) },
		"something else": func(runs int, err error) bool { return runs == 1 && err != nil && !transact.Unavailable(err) },
	} {
		wire.answers(failsOnce("bulkWrite", failure(1, "InternalError", text)))
		if runs, err := writeOne(t.Context(), kept, int64(len(text))); !check(runs, err) {
			t.Errorf("%q: ran %d times, %v", text, runs, err)
		}
	}
}

func TestTransactionRunsAgainWhereTheDatabaseLabelsItSo(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	for i, command := range []string{"bulkWrite", "commitTransaction"} {
		wire.answers(failsOnce(command, failure(8, "UnknownError", "it passes", "TransientTransactionError")))
		if runs, err := writeOne(t.Context(), store, int64(10+i)); runs != 2 || err != nil {
			t.Errorf("%s: ran %d times, %v", command, runs, err)
		}
	}
}

// A commit whose outcome nobody knows is sent again; the transaction is not run
// again, which could do it twice.
func TestCommitOfUnknownOutcomeIsSentAgain(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	wire.answers(failsOnce("commitTransaction", failure(64, "WriteConcernTimeout", "waiting for replication timed out", "UnknownTransactionCommitResult")))
	if runs, err := writeOne(t.Context(), store, 1); runs != 1 || err != nil {
		t.Errorf("ran %d times: %v", runs, err)
	}
	if sent := wire.times("commitTransaction"); sent < 2 {
		t.Errorf("the commit was sent %d times", sent)
	}
}

// A database that does not answer holds nobody beyond the operation's deadline:
// not in a read, not in a write, not in a commit, and not while it aborts.
func TestSilentDatabaseHoldsNobodyBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	for i, command := range []string{"bulkWrite", "commitTransaction", "abortTransaction"} {
		if _, err := writeOne(t.Context(), store, int64(100+i)); err != nil {
			t.Fatal(err)
		}
		var answered bool
		wire.answers(func(name string) bson.D {
			if name == command {
				return silence()
			}
			if command == "abortTransaction" && name == "bulkWrite" && !answered {
				answered = true
				return failure(2, "BadValue", "so that it is aborted")
			}
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if _, err := writeOne(ctx, store, int64(200+i)); err == nil {
			t.Errorf("%s: done without an answer", command)
		}
		cancel()
		wire.answers(nil)
		// It is well again: nothing was left behind that holds the next one.
		if _, err := writeOne(t.Context(), store, int64(300+i)); err != nil {
			t.Errorf("after %s: %v", command, err)
		}
	}
}

// A transaction that always meets others ends with its operation.
func TestTransactionThatAlwaysConflictsEndsWithItsDeadline(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	wire.answers(failsAlways("bulkWrite", failure(112, "WriteConflict", "please retry", "TransientTransactionError")))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	runs, err := writeOne(ctx, store, 1)
	if !errors.Is(err, context.DeadlineExceeded) || runs < 2 {
		t.Errorf("ran %d times: %v", runs, err)
	}
}
