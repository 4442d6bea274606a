package mongostore_test

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/testdb"
)

// indexed makes an index of clients by hand.
func (p *process) indexed(t *testing.T, name string, keys bson.D) {
	t.Helper()
	_, err := p.db.Collection("clients").Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: keys, Options: options.Index().SetName(name)})
	must(t, err)
}

func (p *process) unindexed(t *testing.T, name string) {
	t.Helper()
	must(t, p.db.Collection("clients").Indexes().DropOne(t.Context(), name))
}

func (p *process) indexState(t *testing.T) admin.IndexState {
	t.Helper()
	state, err := p.store.IndexState(t.Context())
	must(t, err)
	return state
}

func by(keys ...string) bson.D {
	d := bson.D{{Key: "businessId", Value: 1}}
	for _, key := range keys {
		d = append(d, bson.E{Key: key, Value: 1})
	}
	return d
}

func TestDropUnusedDropsWhatAnEarlierVersionMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	p.indexed(t, "visibleByName", by("visibility", "lifecycle", "nameKey"))
	// The same name as one that an earlier version made, over other keys: somebody's
	// own.
	p.indexed(t, "bySubject", by("city"))
	p.indexed(t, "reportOfOurs", by("city", "nameKey"))
	p.unindexed(t, "byKey")
	p.indexed(t, "byKey", by("keys", "lifecycle", "nameKey"))
	p.unindexed(t, "byName")
	p.unindexed(t, "byEmail")
	p.indexed(t, "byEmail", by("emailAddress"))

	state := p.indexState(t)
	if !slices.Equal(state.Missing, []string{"clients.byName"}) || !slices.Equal(state.Unused, []string{"clients.visibleByName"}) ||
		!slices.Equal(state.Outdated, []string{"clients.byKey"}) || !slices.Equal(state.Foreign, []string{"clients.byEmail"}) {
		t.Errorf("the state is %+v", state)
	}
	dropped, err := p.store.DropUnused(t.Context())
	must(t, err)
	if want := []string{"clients.byKey", "clients.visibleByName"}; !slices.Equal(dropped, want) {
		t.Errorf("dropped %v, want %v", dropped, want)
	}
	var built []string
	must(t, p.store.BuildIndexes(t.Context(), func(collection string, indexes []string) {
		for _, index := range indexes {
			built = append(built, collection+"."+index)
		}
	}))
	if want := []string{"clients.byName", "clients.byKey"}; !slices.Equal(built, want) {
		t.Errorf("built %v, want %v", built, want)
	}
	if state := p.indexState(t); state.Missing != nil || state.Unused != nil || state.Outdated != nil || len(state.Foreign) != 1 {
		t.Errorf("afterwards the state is %+v", state)
	}
	specifications, err := p.db.Collection("clients").Indexes().ListSpecifications(t.Context())
	must(t, err)
	var names []string
	for _, specification := range specifications {
		names = append(names, specification.Name)
	}
	for _, own := range []string{"bySubject", "reportOfOurs", "byEmail"} {
		if !slices.Contains(names, own) {
			t.Errorf("%s, which nobody else made, is gone", own)
		}
	}
}

func TestIndexesAreAsTheyAreDefinedOnceTheyAreMade(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	if state := p.indexState(t); state.Missing != nil || state.Unused != nil || state.Outdated != nil || state.Foreign != nil {
		t.Errorf("of a new database the state is %+v", state)
	}
	must(t, p.store.BuildIndexes(t.Context(), func(collection string, indexes []string) {
		t.Errorf("%v of %s are made again", indexes, collection)
	}))
}
