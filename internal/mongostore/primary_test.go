package mongostore_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/mongorules"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// A URI that prefers secondaries, or less than a majority, changes no command: what
// was told once is not answered as if it had not been.
func TestCommandsAreOfThePrimaryAndAMajorityWhateverTheURIPrefers(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	separator := "?"
	if strings.Contains(db.URI, "?") {
		separator = "&"
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	monitor := &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		mu.Lock()
		defer mu.Unlock()
		seen[e.CommandName] = true
		if mode, _ := e.Command.Lookup("$readPreference", "mode").StringValueOK(); strings.HasPrefix(mode, "secondary") {
			t.Errorf("%s may go to a secondary", e.CommandName)
		}
	}}
	uri := db.URI + separator + "readPreference=secondary&maxStalenessSeconds=120&readConcernLevel=local&w=1"
	connection := connect(t, uri, mongorules.Watch(t, db.Name, monitor))
	kept := mongostore.New(connection, db.Name)
	must(t, kept.EnsureIndexes(t.Context()))
	ctx, scope := t.Context(), ownerScope()
	if _, err := writeOne(ctx, kept, 1); err != nil {
		t.Fatal(err)
	}
	for _, read := range []func() error{
		func() error {
			_, err := kept.ClientsByID(ctx, scope, []int64{1}, true, client.SelectAll())
			return err
		},
		func() error { _, err := kept.LookUp(ctx, scope, []int64{1}, client.SelectAll()); return err },
		func() error { _, err := kept.LookUp(ctx, scope, []int64{1 << 40}, client.SelectAll()); return err },
		func() error { _, err := kept.Count(ctx, scope, store.Conditions{}); return err },
		func() error { _, err := kept.NextClientID(ctx); return err },
		func() error {
			return kept.Snapshot(ctx, func(ctx context.Context) error {
				_, err := kept.LookUp(ctx, scope, []int64{1}, client.SelectAll())
				return err
			})
		},
	} {
		must(t, read())
	}
	mu.Lock()
	defer mu.Unlock()
	for _, name := range []string{"bulkWrite", "find", "aggregate", "count", "findAndModify", "commitTransaction"} {
		if !seen[name] {
			t.Error(fmt.Sprint("no ", name, " was sent"))
		}
	}
}
