package mongostore_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// TestCountPropertyEqualsWhatAPageOfAllFinds holds a count to the rows that the
// same conditions list, outside a transaction, where an index alone may answer
// it, and inside one.
func TestCountPropertyEqualsWhatAPageOfAllFinds(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	clients := countable(t, p)
	roles := scopes(clients)
	// Of somebody of many lists, to be counted once.
	many := clients[0].VisibilityKeys()
	for _, c := range clients {
		if len(c.VisibilityKeys()) > len(many) {
			many = c.VisibilityKeys()
		}
	}
	wide := roles[client.RoleStaff]
	wide.Rows.VisibilityKeys = many
	all := []client.Scope{wide}
	for _, scope := range roles {
		all = append(all, scope)
	}
	rapid.Check(t, func(r *rapid.T) {
		scope := rapid.SampledFrom(all).Draw(r, "scope")
		conditions := drawConditions(r, clients)
		found, err := p.store.Clients(t.Context(), scope, store.Query{Conditions: conditions, Order: store.Order{Field: store.OrderByFullName}})
		if err != nil {
			r.Fatal(err)
		}
		outside, err := p.store.Count(t.Context(), scope, conditions)
		if err != nil {
			r.Fatal(err)
		}
		var inside int64
		err = p.store.Snapshot(t.Context(), func(ctx context.Context) error {
			inside, err = p.store.Count(ctx, scope, conditions)
			return err
		})
		if want := int64(len(found)); err != nil || outside != want || inside != want {
			r.Fatalf("%s, %+v: %d listed, %d counted, %d counted in a transaction, %v", scope.Role, conditions, want, outside, inside, err)
		}
	})
}

// countable stores clients of two businesses, of which one is counted: live,
// deleted, merged and erased ones.
func countable(t *testing.T, p *process) []*client.Client {
	t.Helper()
	clients := sample.Generate(7, testBusiness, 150, time.Now())
	for i, c := range clients {
		if c.Lifecycle = client.Live; i%5 == 4 {
			c.Lifecycle = client.Removed
		}
	}
	if err := p.service.Import(t.Context(), ownerScope(), clients, func(int) {}); err != nil {
		t.Fatal(err)
	}
	other := ownerScope()
	other.BusinessID++
	if err := p.service.Import(t.Context(), other, sample.Generate(8, other.BusinessID, 20, time.Now()), func(int) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: clients[0].ID(), ClientIDs: []client.ID{clients[1].ID(), clients[2].ID()}}); err != nil {
		t.Fatal(err)
	}
	return clients
}

func drawConditions(r *rapid.T, clients []*client.Client) store.Conditions {
	conditions := store.Conditions{IncludeDeleted: rapid.Bool().Draw(r, "deleted too")}
	some := rapid.SampledFrom(clients)
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(r, name) == 0 }
	if maybe("by id") {
		conditions.ClientIDs = []int64{-1}
		for _, c := range rapid.SliceOfN(some, 0, 9).Draw(r, "ids") {
			conditions.ClientIDs = append(conditions.ClientIDs, c.ClientID)
		}
		slices.Sort(conditions.ClientIDs)
		conditions.ClientIDs = slices.Compact(conditions.ClientIDs)
	}
	if maybe("by address") {
		conditions.EmailsLower = []string{rapid.SampledFrom(some.Draw(r, "whose address").EmailsLower).Draw(r, "address")}
	}
	if maybe("by key") {
		of := some.Filter(func(c *client.Client) bool { return len(c.IndexKeys) > 0 }).Draw(r, "whose keys")
		conditions.IndexKeys = [][]string{rapid.SliceOfN(rapid.SampledFrom(of.IndexKeys), 1, 3).Draw(r, "keys")}
	}
	if maybe("by date") {
		conditions.CreatedFrom = some.Draw(r, "from").CreatedDate
		if maybe("no end") {
			return conditions
		}
		conditions.CreatedBefore = some.Draw(r, "before").CreatedDate
	}
	if maybe("by status") {
		conditions.Statuses = []client.Status{client.StatusActive}
	}
	return conditions
}

// TestCountByAnIndexReadsNoDocuments: without conditions that only documents
// answer, a count outside a transaction is the command of that name; in one,
// where MongoDB refuses that, it is a pipeline.
func TestCountByAnIndexReadsNoDocuments(t *testing.T) {
	recorder := &bench.Recorder{}
	p := openProcess(t, testdb.New(t), recorder.Monitor())
	scope, staff := ownerScope(), ownerScope()
	staff.Rows = client.Rows{VisibilityKeys: []string{"s:501"}}
	count := func(scope client.Scope, conditions store.Conditions) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := p.store.Count(ctx, scope, conditions)
			return err
		}
	}
	for _, c := range []struct {
		name, command string
		read          func(context.Context) error
	}{
		{"all", "count", count(scope, store.Conditions{})},
		{"with deleted ones", "count", count(scope, store.Conditions{IncludeDeleted: true})},
		{"those of a member of staff", "count", count(staff, store.Conditions{})},
		{"ids", "count", count(scope, store.Conditions{ClientIDs: []int64{1, 2}})},
		{"an address", "count", count(scope, store.Conditions{EmailsLower: []string{"a@example.com"}})},
		{"a status", "aggregate", count(scope, store.Conditions{Statuses: []client.Status{client.StatusActive}})},
		{"a key", "aggregate", count(scope, store.Conditions{IndexKeys: [][]string{{"t:vip"}}})},
		{"an address of a member of staff", "aggregate", count(staff, store.Conditions{EmailsLower: []string{"a@example.com"}})},
		{"all, in a transaction", "aggregate", func(ctx context.Context) error {
			return p.store.Snapshot(ctx, count(scope, store.Conditions{}))
		}},
	} {
		if _, err := recorder.Take(); err != nil {
			t.Fatal(err)
		}
		if err := c.read(t.Context()); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		recording, err := recorder.Take()
		if err != nil {
			t.Fatal(err)
		}
		if len(recording.Reads) != 1 || recording.Reads[0][0].Key != c.command {
			t.Errorf("%s: it sends %v, want one %s", c.name, recording.Reads, c.command)
		}
	}
}
