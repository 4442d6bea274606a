package app_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestUpgradeDrill does what docs/operations.md says of a roll out, on a database of
// before the outbox: two servers are replaced one by one while clients are written by
// both, then indexes and migrate run beside them. Each client is there afterwards, and
// the feed tells each change once, those of a client in their order.
func TestUpgradeDrill(t *testing.T) {
	t.Parallel()
	keeper := serve(t, dataDir(t))
	token := keeper.owner(t)
	server := func() *serving {
		return serve(t, keeper.dir, "--mongodb-uri", keeper.databaseURI(), "--database", "upgraded")
	}
	a := server()
	// As a version before the outbox left it: its writers number the feed in their
	// transactions.
	db := keeper.database(t).Client().Database("upgraded")
	if gone, err := db.Collection("switches").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "outbox"}}); err != nil || gone.DeletedCount != 1 {
		t.Fatalf("the outbox is not on: %v", err)
	}
	a.create(t, token, "Before", "before")
	_, since := a.changes(t, token, nil)
	var ids []string
	b := server()

	var mu sync.Mutex
	// write makes clients by each of both and changes them by the other.
	write := func(when string) {
		var writers sync.WaitGroup
		for n, by := range []*serving{a, b} {
			other := []*serving{b, a}[n]
			writers.Go(func() {
				for i := range 5 {
					name := fmt.Sprintf("%s %d %d", when, n, i)
					id := by.create(t, token, name, strings.ReplaceAll(name, " ", "-"))
					other.do(t, token, fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {city: %q}) { userErrors { code } } }`, id, name))
					mu.Lock()
					ids = append(ids, id)
					mu.Unlock()
				}
			})
		}
		writers.Wait()
	}
	write("old")
	stop(t, a)
	a = server()
	write("one by one")
	stop(t, b)
	b = server()

	// Both commands run while the servers write.
	var commands sync.WaitGroup
	commands.Go(func() { write("migrating") })
	uri := []string{"--mongodb-uri", keeper.databaseURI(), "--database", "upgraded"}
	mustRun(t, append([]string{"indexes"}, uri...)...)
	if text := mustRun(t, append([]string{"migrate"}, uri...)...); !strings.Contains(text, "outbox: done in ") {
		t.Errorf("migrate says %s", text)
	}
	commands.Wait()
	write("new")
	if text := mustRun(t, append([]string{"migrate"}, uri...)...); !strings.Contains(text, "outbox: nothing to do\n") {
		t.Errorf("the second time migrate says %s", text)
	}
	for _, s := range []*serving{a, b} {
		wantCount(t, s, token, 1+len(ids))
		wantBothChanges(t, s, token, since, ids)
	}
	// Who reads the feed numbers what waits, and takes it out behind that.
	until(t, "the outbox is empty", func() bool {
		rows, err := db.Collection("outbox").CountDocuments(t.Context(), bson.D{})
		return err == nil && rows == 0
	})
}

// changes are those after a place of the feed, all of them, and the place after them.
func (s *serving) changes(t *testing.T, token string, since any) (changes []any, after any) {
	t.Helper()
	const query = `query ($since: String) { clientChanges(since: $since, first: 7) { cursor hasMore changes { clientId changedFields } } }`
	for more := true; more; {
		a, err := s.post(t.Context(), token, "", query, map[string]any{"since": since})
		if err != nil || len(a.Errors) > 0 {
			t.Fatalf("%v: %s", err, a.body)
		}
		part, _ := a.Data["clientChanges"].(map[string]any)
		some, _ := part["changes"].([]any)
		changes, since = append(changes, some...), part["cursor"]
		more, _ = part["hasMore"].(bool)
	}
	return changes, since
}

// wantBothChanges wants in the feed that each client was made and then moved, once and
// in this order.
func wantBothChanges(t *testing.T, s *serving, token string, since any, ids []string) {
	t.Helper()
	told := map[string]string{}
	changes, _ := s.changes(t, token, since)
	for _, one := range changes {
		change, _ := one.(map[string]any)
		id, _ := change["clientId"].(string)
		fields, _ := change["changedFields"].([]any)
		if slices.Contains(fields, any("firstName")) {
			told[id] += "made "
		}
		if slices.Contains(fields, any("city")) {
			told[id] += "moved "
		}
	}
	for _, id := range ids {
		if told[id] != "made moved " {
			t.Errorf("of client %s is told: %s", id, told[id])
		}
	}
}
