package mongostore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/bench"
	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// busyFeed puts rows into a business's feed as writers of many clients leave them:
// every hundredth change is of a client of staff 7, who gets it or loses it now and then.
// It returns the id of the first of 500 clients.
func (p *process) busyFeed(t *testing.T, rows int) int64 {
	t.Helper()
	first := p.create(t, nameValues("Somebody"))
	head, err := p.store.ChangeHead(t.Context(), ownerScope())
	must(t, err)
	var documents []any
	for i := range rows {
		before, after := []string{fmt.Sprint("staff:", 100+i%30), "user:api"}, []string{fmt.Sprint("staff:", 100+i%30), "user:api"}
		if i%100 == 0 {
			if i%300 != 0 {
				before = append(before, "staff:7")
			}
			if i%300 != 100 {
				after = append(after, "staff:7", "location:3")
			}
		}
		documents = append(documents, bson.D{
			{Key: "businessId", Value: testBusiness},
			{Key: "sequence", Value: head + int64(i) + 1},
			{Key: "clientId", Value: first.ClientID + int64(i%500)},
			{Key: "at", Value: time.Now()},
			{Key: "kind", Value: "UPSERTED"},
			{Key: "visibilityBefore", Value: before},
			{Key: "visibilityAfter", Value: after},
		})
	}
	for part := range slices.Chunk(documents, 1_000) {
		_, err := p.db.Collection("changes").InsertMany(t.Context(), part)
		must(t, err)
	}
	_, err = p.db.Collection("feeds").UpdateOne(t.Context(), bson.D{{Key: "businessId", Value: testBusiness}, {Key: "part", Value: "head"}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "head", Value: int64(rows)}}}})
	must(t, err)
	return first.ClientID
}

func restricted(rows client.Rows) client.Scope {
	return client.Scope{BusinessID: testBusiness, User: "tester", Role: client.RoleStaff, Rows: rows}
}

// told reads the whole feed in parts, as callers do.
func told(t *testing.T, store *mongostore.Store, scope client.Scope, limit int64) []changefeed.Row {
	t.Helper()
	head, err := store.ChangeHead(t.Context(), scope)
	must(t, err)
	var all []changefeed.Row
	for at := int64(0); at < head; {
		rows, looked, err := store.Changes(t.Context(), scope, at, head, limit)
		must(t, err)
		if looked <= at || int64(len(rows)) > limit {
			t.Fatalf("%d rows after %d, looked up to %d", len(rows), at, looked)
		}
		all, at = append(all, rows...), looked
	}
	return all
}

// Whoever sees few clients is told of their changes by an index, and not by reading
// those of all the others.
func TestFeedOfFewClientsIsReadByAnIndex(t *testing.T) {
	t.Parallel()
	db, recorder := testdb.New(t), &bench.Recorder{}
	p, explainer := openProcess(t, db, recorder.Monitor()), openProcess(t, db, nil)
	first := explainer.busyFeed(t, 3_000)
	for name, scope := range map[string]client.Scope{
		"STAFF":               restricted(client.Rows{VisibilityKeys: []string{"staff:7", "user:stan"}}),
		"LOCATION_SUPER_USER": restricted(client.Rows{VisibilityKeys: []string{"location:3", "location:4", "user:lou"}}),
		"CLIENT":              restricted(client.Rows{ClientIDs: []int64{first, first + 7}}),
	} {
		head, err := p.store.ChangeHead(t.Context(), scope)
		must(t, err)
		reads := readsOf(t, recorder, func(ctx context.Context) {
			_, looked, err := p.store.Changes(ctx, scope, 0, head, 101)
			must(t, err)
			if looked != head {
				t.Errorf("%s: one call looks up to %d of %d", name, looked, head)
			}
		})
		if got := examined(t, explainer, reads); got > 120 {
			t.Errorf("%s: %d of 3,000 rows are read, though some 30 concern it", name, got)
		}
	}
}

// Of a long feed no more is read than what is told, and one row to see that what comes
// next is kept.
func TestNoMoreOfTheFeedIsReadThanIsTold(t *testing.T) {
	t.Parallel()
	db, recorder := testdb.New(t), &bench.Recorder{}
	p, explainer := openProcess(t, db, recorder.Monitor()), openProcess(t, db, nil)
	explainer.busyFeed(t, 3_000)
	head, err := p.store.ChangeHead(t.Context(), ownerScope())
	must(t, err)
	reads := readsOf(t, recorder, func(ctx context.Context) {
		rows, looked, err := p.store.Changes(ctx, ownerScope(), 5, head, 101)
		must(t, err)
		if len(rows) != 101 || looked != 106 {
			t.Errorf("%d rows are told, up to %d", len(rows), looked)
		}
	})
	if got := examined(t, explainer, reads); got > 110 {
		t.Errorf("%d of 3,000 rows are read for 101", got)
	}
	reads = readsOf(t, recorder, func(ctx context.Context) {
		written, err := p.store.ChangeDate(ctx, ownerScope(), 6)
		must(t, err)
		if written.IsZero() {
			t.Error("row 6 is not found")
		}
	})
	if got := examined(t, explainer, reads); got > 1 {
		t.Errorf("%d rows are read for one", got)
	}
}

func examined(t *testing.T, p *process, reads []bson.D) (keys int64) {
	t.Helper()
	for _, command := range reads {
		plan, err := bench.Explain(t.Context(), p.db, command)
		must(t, err)
		if plan.Scans() {
			t.Errorf("it scans: %v", command)
		}
		keys += plan.KeysExamined
	}
	return keys
}

// The same rows are told, in the same order, whether an index finds them or all rows
// are looked at, and however many keys a caller has.
func TestFeedTellsTheSameByAnIndexAndWithoutOne(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	p := openProcess(t, db, nil)
	first := p.busyFeed(t, testsize.Of(300, 1_000, 1_000))
	onMongoDB := openProcess(t, db, nil)
	onMongoDB.store.AsOnMongoDB(10)
	without := mongostore.New(connect(t, db.URI, nil), db.Name)
	many := []string{"staff:7"}
	for i := range 450 {
		many = append(many, fmt.Sprint("location:", i))
	}
	for name, scope := range map[string]client.Scope{
		"all":          ownerScope(),
		"two keys":     restricted(client.Rows{VisibilityKeys: []string{"staff:7", "user:stan"}}),
		"a key twice":  restricted(client.Rows{VisibilityKeys: []string{"staff:7", "staff:7"}}),
		"common keys":  restricted(client.Rows{VisibilityKeys: []string{"staff:101", "user:api"}}),
		"many keys":    restricted(client.Rows{VisibilityKeys: many}),
		"clients":      restricted(client.Rows{ClientIDs: []int64{first, first + 7, first + 250}}),
		"many clients": restricted(client.Rows{ClientIDs: idsFrom(first, 450)}),
		"nobody":       restricted(client.Rows{ClientIDs: []int64{}}),
	} {
		for _, limit := range []int64{40, 5_000} {
			want := told(t, without, scope, limit)
			for how, store := range map[string]*mongostore.Store{"by an index": p.store, "as on MongoDB": onMongoDB.store} {
				if diff := cmp.Diff(want, told(t, store, scope, limit)); diff != "" {
					t.Errorf("%s, %d at once, %s (-without +with):\n%s", name, limit, how, diff)
				}
			}
			if name != "nobody" && len(want) == 0 {
				t.Errorf("%s is told nothing", name)
			}
		}
	}
}

func idsFrom(first int64, n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = first + int64(i)
	}
	return ids
}

// readsOf are the reads that a recorder saw while do ran.
func readsOf(t *testing.T, recorder *bench.Recorder, do func(context.Context)) []bson.D {
	t.Helper()
	_, err := recorder.Take()
	must(t, err)
	do(t.Context())
	recording, err := recorder.Take()
	must(t, err)
	return recording.Reads
}
