package mongostore_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// onlySeparate answers as a server that has no command for several collections.
func onlySeparate(code int, name string) func(string) bson.D {
	return failsAlways("bulkWrite", failure(code, name, "no such command: 'bulkWrite'"))
}

// Where the database can't write to several collections at once, a write tries it
// once, and runs again: from then on each collection gets a command of its own.
func TestWriteIsSentByCollectionWhereTheDatabaseIsOfBeforeMongoDB8(t *testing.T) {
	t.Parallel()
	for code, name := range map[int]string{59: "CommandNotFound", 115: "CommandNotSupported"} {
		wire, kept := newWire(t, testdb.New(t))
		wire.answers(onlySeparate(code, name))
		if runs, err := writeOne(t.Context(), kept, 1); runs != 2 || err != nil {
			t.Errorf("%s: ran %d times, %v", name, runs, err)
		}
		wire.answers(onlySeparate(code, name))
		if runs, err := writeOne(t.Context(), kept, 2); runs != 1 || err != nil {
			t.Errorf("%s: the next one ran %d times, %v", name, runs, err)
		}
		if sent := wire.times("bulkWrite"); sent != 0 {
			t.Errorf("%s: it was tried again %d times", name, sent)
		}
		for id := int64(1); id <= 2; id++ {
			found, err := kept.ClientsByID(t.Context(), ownerScope(), []int64{id}, true, client.SelectAll())
			entries, also := kept.History(t.Context(), ownerScope(), []int64{id}, 0, 0)
			if err != nil || also != nil || len(found) != 1 || len(entries) != 1 {
				t.Errorf("%s: of client %d there are %d records and %d entries: %v, %v", name, id, len(found), len(entries), err, also)
			}
		}
		// The failures of a write mean the same there.
		wire.answers(failsOnce("insert", failure(112, "WriteConflict", "please retry")))
		if runs, err := writeOne(t.Context(), kept, 3); runs != 2 || err != nil {
			t.Errorf("%s: one that met another ran %d times, %v", name, runs, err)
		}
	}
}

// What is too large for one command goes in one for each collection.
func TestLargeWriteIsSentByCollection(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var writes []string
	p := openProcess(t, testdb.New(t), &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		mu.Lock()
		defer mu.Unlock()
		if collection, _ := e.Command.Lookup(e.CommandName).StringValueOK(); collection == schema.Clients || e.CommandName == "bulkWrite" {
			writes = append(writes, e.CommandName)
		}
	}})
	_, err := writeOne(t.Context(), p.store, 1)
	must(t, err)
	notes := strings.Repeat("n", 90_000)
	next := int64(1)
	for count, want := range map[int]string{10: "bulkWrite", 100: "insert"} {
		writes = nil
		must(t, p.store.Write(t.Context(), ownerScope(), func(ctx context.Context, tx store.Tx) error {
			for range count {
				next++
				c := &client.Client{BusinessID: testBusiness, ClientID: next, Lifecycle: client.Live, Status: client.StatusActive, Version: 1, Notes: &notes}
				if err := tx.Insert(ctx, c, history.Entry{ClientID: next, Version: 1}); err != nil {
					return err
				}
			}
			return nil
		}))
		mu.Lock()
		if !slices.Equal(writes, []string{want}) {
			t.Errorf("%d clients of %d bytes were written by %q, want %s", count, len(notes), writes, want)
		}
		mu.Unlock()
	}
	if stored := p.rows(t, schema.Clients, bson.D{}, bson.D{}); len(stored) != 111 {
		t.Errorf("%d clients are stored", len(stored))
	}
	p.checkOrder(t)
}
