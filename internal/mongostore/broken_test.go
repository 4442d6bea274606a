package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// readsOfOne are reads that find the client 1 and nobody else, each by other commands: the
// ids of whom they found.
func readsOfOne(kept *mongostore.Store) map[string]func(context.Context) ([]int64, error) {
	scope := ownerScope()
	ids := func(found []*client.Client, err error) ([]int64, error) { return idsOf(found), err }
	rows := func(found []client.Row, err error) ([]int64, error) {
		var ids []int64
		for _, row := range found {
			ids = append(ids, row.Base().ClientID)
		}
		return ids, err
	}
	page, nobody := store.Query{Limit: 1, Need: client.SelectAll()}, int64(1)<<40
	return map[string]func(context.Context) ([]int64, error){
		"find": func(ctx context.Context) ([]int64, error) {
			return ids(kept.ClientsByID(ctx, scope, []int64{1}, true, client.SelectAll()))
		},
		"aggregate": func(ctx context.Context) ([]int64, error) {
			// Of an id that a find does not find.
			return rows(kept.LookUpRows(ctx, scope, []int64{1, nobody}, client.SelectAll()))
		},
		"find of a page": func(ctx context.Context) ([]int64, error) { return rows(kept.Rows(ctx, scope, page)) },
	}
}

// commandOfRead is the command that a read sends.
func commandOfRead(read string) string {
	if read == "find of a page" {
		return "find"
	}
	return read
}

// A reply is never taken for whole that is not: a read whose connection breaks once is
// answered all the same, one whose connections break again and again fails as reads do
// while the database can't be reached, and the next one has a connection.
func TestReadWhoseConnectionBreaksIsAnsweredRightOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]breakage{"before the reply": breaksBefore, "within the reply": breaksWithin} {
		for read := range readsOfOne(nil) {
			t.Run(read+" "+name, func(t *testing.T) {
				t.Parallel()
				wire, kept := newOfOne(t)
				find, command := readsOfOne(kept)[read], commandOfRead(read)
				for range 2 {
					wire.breaksAt(breaksTimes(broken, 1, command))
					if found, err := find(t.Context()); err != nil || fmt.Sprint(found) != "[1]" {
						t.Errorf("after one connection that broke %v was found: %v", found, err)
					}
					wire.breaksAt(breaksTimes(broken, math.MaxInt, command))
					if found, err := find(t.Context()); err == nil || !transact.Unavailable(err) {
						t.Errorf("over connections that break %v was found: %v", found, err)
					}
					wire.breaksAt(nil)
					if found, err := find(t.Context()); err != nil || fmt.Sprint(found) != "[1]" {
						t.Errorf("over a connection that holds %v was found: %v", found, err)
					}
				}
			})
		}
	}
}

// A transaction whose connection broke is run again, and what it read before is not
// answered.
func TestTransactionWhoseConnectionBreaksReadsAgain(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]breakage{"before the reply": breaksBefore, "within the reply": breaksWithin} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wire, kept := newOfOne(t)
			find := readsOfOne(kept)["find of a page"]
			// The driver may read once more by itself.
			wire.breaksAt(breaksTimes(broken, 2, "find"))
			runs, failed := 0, errors.New("it was not read")
			var found []int64
			err := kept.Snapshot(t.Context(), func(ctx context.Context) error {
				runs++
				found, failed = find(ctx)
				return failed
			})
			if err != nil || runs < 2 || fmt.Sprint(found) != "[1]" {
				t.Errorf("after %d runs %v was found: %v", runs, found, err)
			}
		})
	}
}

// newOfOne is a store with the client 1, through a wire that can break.
func newOfOne(t *testing.T) (*wire, *mongostore.Store) {
	t.Helper()
	wire, kept := newWire(t, testdb.New(t))
	if _, err := writeOne(t.Context(), kept, 1); err != nil {
		t.Fatal(err)
	}
	return wire, kept
}

// breaksTimes breaks the connections of so many commands of that name.
func breaksTimes(broken breakage, times int, command string) func(string) breakage {
	return func(name string) breakage {
		if times == 0 || name != command {
			return breaksNowhere
		}
		times--
		return broken
	}
}
