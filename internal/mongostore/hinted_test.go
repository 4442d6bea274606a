package mongostore_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// newHinted returns a planner and another store on its database, which sends what it
// sends to MongoDB, to the planner's recorder.
func newHinted(t *testing.T, common int64) (*planner, *process) {
	t.Helper()
	db, recorder := testdb.New(t), &bench.Recorder{}
	p := &planner{t: t, reader: openProcess(t, db, nil), explainer: openProcess(t, db, nil), recorder: recorder}
	hinted := openProcess(t, db, recorder.Monitor())
	hinted.store.AsOnMongoDB(common)
	return p, hinted
}

// hints are the indexes that reads of clients name, "" where one names none.
func hints(reads []bson.D) []string {
	var names []string
	for _, command := range reads {
		if command[0].Value != "clients" {
			continue
		}
		named := ""
		for _, e := range command {
			if e.Key == "hint" {
				named, _ = e.Value.(string)
			}
		}
		names = append(names, named)
	}
	return names
}

func idsOf(clients []*client.Client) []int64 {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = c.ClientID
	}
	return ids
}

// share takes one of some: every seventh comparison in `make test`, every fifth in
// `make property`, and all in `make long`. Those of one list and of the next differ.
type share struct{ asked int }

func (s *share) takes() bool {
	s.asked++
	return s.asked%testsize.Of(7, 5, 1) == 0
}

func (s *share) all() bool { return testsize.Of(7, 5, 1) == 1 }

// A read that names its index finds what it finds without, for every role, condition
// and order.
func TestReadsFindTheSameWhateverIndexTheyName(t *testing.T) {
	t.Parallel()
	p, hinted := newHinted(t, 10)
	clients := p.load()
	compared, roles, lists := share{}, scopes(clients), listed(clients)
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		scope := roles[role]
		for _, name := range slices.Sorted(maps.Keys(lists)) {
			conditions := lists[name]
			for _, conditions.IncludeDeleted = range []bool{false, true} {
				for _, q := range queries(conditions) {
					if !compared.takes() {
						continue
					}
					want, err := p.reader.store.Clients(t.Context(), scope, q)
					must(t, err)
					got, err := hinted.store.Clients(t.Context(), scope, q)
					must(t, err)
					if diff := cmp.Diff(idsOf(want), idsOf(got)); diff != "" {
						t.Errorf("%s: %s, %+v (-without a hint +with one):\n%s", role, name, q, diff)
					}
				}
				want, err := p.reader.store.Count(t.Context(), scope, conditions)
				must(t, err)
				got, err := hinted.store.Count(t.Context(), scope, conditions)
				must(t, err)
				if got != want {
					t.Errorf("%s: %s: %d with a hint, %d without", role, name, got, want)
				}
			}
		}
	}
}

func TestReadsNameTheIndexTheyWant(t *testing.T) {
	t.Parallel()
	p, hinted := newHinted(t, 10)
	clients := p.load()
	all := scopes(clients)
	byName := store.Query{Order: store.Order{Field: store.OrderByFullName}, Limit: 5}
	with := func(c store.Conditions) store.Query {
		q := byName
		q.Conditions = c
		return q
	}
	deep := with(store.Conditions{IndexKeys: [][]string{{"t:vip"}}})
	deep.Skip = 600
	many := all[client.RoleLocationSuperUser]
	for i := range 300 {
		many.Rows.VisibilityKeys = append(slices.Clone(many.Rows.VisibilityKeys), client.LocationVisibilityKey(int64(1_000+i)))
	}
	for _, test := range []struct {
		name  string
		scope client.Scope
		query store.Query
		want  []string
	}{
		{"names", all[client.RoleOwner], byName, []string{"liveByName"}},
		{"names of STAFF", all[client.RoleStaff], byName, []string{"liveByVisibility"}},
		{"names of whoever sees by more keys than are read in order", many, byName, []string{"liveByName"}},
		{"clients of a staff member", all[client.RoleOwner], with(listed(clients)["appointments"]), []string{"liveByVisibility"}},
		{"a common tag", all[client.RoleOwner], with(store.Conditions{IndexKeys: [][]string{{"t:vip", "t:regular"}}}), []string{"byKey", "liveByName"}},
		{"a rare tag", all[client.RoleOwner], with(store.Conditions{IndexKeys: [][]string{{"t:nobody"}}}), []string{"byKey", "byKey"}},
		{"a deep page of a common tag", all[client.RoleOwner], deep, []string{"byKey"}},
		{"a tag and more", all[client.RoleOwner], with(store.Conditions{IndexKeys: [][]string{{"t:vip"}}, Statuses: []client.Status{client.StatusActive}}), []string{""}},
	} {
		reads := readsOf(t, p.recorder, func(ctx context.Context) {
			_, err := hinted.store.Clients(ctx, test.scope, test.query)
			must(t, err)
		})
		if diff := cmp.Diff(test.want, hints(reads)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	// In a transaction the failure of a hint would be the transaction's.
	reads := readsOf(t, p.recorder, func(ctx context.Context) {
		must(t, hinted.store.Snapshot(ctx, func(ctx context.Context) error {
			_, err := hinted.store.Clients(ctx, all[client.RoleOwner], byName)
			return err
		}))
	})
	if got := hints(reads); !slices.Equal(got, []string{""}) {
		t.Errorf("in a transaction reads name %q", got)
	}
}

func TestReadsOutliveTheIndexTheyName(t *testing.T) {
	t.Parallel()
	p, hinted := newHinted(t, 10)
	clients := p.load()
	scope := scopes(clients)[client.RoleOwner]
	q := store.Query{Order: store.Order{Field: store.OrderByFullName}, Limit: 5}
	want, err := p.reader.store.Clients(t.Context(), scope, q)
	must(t, err)
	p.reader.unindexed(t, "liveByName")
	for _, named := range [][]string{{"liveByName", ""}, {""}} {
		reads := readsOf(t, p.recorder, func(ctx context.Context) {
			got, err := hinted.store.Clients(ctx, scope, q)
			must(t, err)
			if diff := cmp.Diff(idsOf(want), idsOf(got)); diff != "" {
				t.Errorf("without its index a read finds something else (-want +got):\n%s", diff)
			}
		})
		if got := hints(reads); !slices.Equal(got, named) {
			t.Errorf("reads name %q, want %q", got, named)
		}
	}
	must(t, p.reader.store.EnsureIndexes(t.Context()))
	if err := hinted.store.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	reads := readsOf(t, p.recorder, func(ctx context.Context) {
		_, err := hinted.store.Count(ctx, scope, store.Conditions{})
		must(t, err)
	})
	if got := hints(reads); !slices.Equal(got, []string{"liveByName"}) {
		t.Errorf("once the index is seen again a count names %q", got)
	}
}

func TestEmbeddedEngineIsGivenNoHints(t *testing.T) {
	t.Parallel()
	db, recorder := testdb.New(t), &bench.Recorder{}
	p := openProcess(t, db, recorder.Monitor())
	var hello struct {
		SetName string `bson:"setName"`
	}
	must(t, p.db.RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello))
	want := []string{""}
	if hello.SetName != "secantus" {
		want = []string{"liveByName"}
	}
	reads := readsOf(t, recorder, func(ctx context.Context) {
		_, err := p.store.Clients(ctx, ownerScope(), store.Query{Order: store.Order{Field: store.OrderByFullName}, Limit: 5})
		must(t, err)
	})
	if got := hints(reads); !slices.Equal(got, want) {
		t.Errorf("reads of %s name %q", fmt.Sprintf("%q", hello.SetName), got)
	}
}

// Whoever sees rows by more keys than MongoDB reads in order finds them in the order
// itself: the same clients as by a few keys, if nobody has the others.
func TestManyVisibilityKeysFindWhatAFewDo(t *testing.T) {
	t.Parallel()
	p, hinted := newHinted(t, 10)
	clients := p.load()
	few := scopes(clients)[client.RoleLocationSuperUser]
	many := few
	for i := range 300 {
		many.Rows.VisibilityKeys = append(slices.Clone(many.Rows.VisibilityKeys), client.LocationVisibilityKey(int64(1_000+i)))
	}
	compared, lists := share{}, listed(clients)
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		conditions := lists[name]
		for _, conditions.IncludeDeleted = range []bool{false, true} {
			for _, q := range queries(conditions) {
				if !compared.takes() {
					continue
				}
				want, err := p.reader.store.Clients(t.Context(), few, q)
				must(t, err)
				for _, reader := range []*process{p.reader, hinted} {
					got, err := reader.store.Clients(t.Context(), many, q)
					must(t, err)
					if diff := cmp.Diff(idsOf(want), idsOf(got)); diff != "" {
						t.Errorf("%s, %+v (-a few keys +many):\n%s", name, q, diff)
					}
				}
			}
		}
	}
}
