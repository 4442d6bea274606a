package mongostore_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

// obstacle makes a transaction fail, until it is taken away.
type obstacle struct{ put, remove func(p *process) error }

// document is an obstacle that is in the way of another one of its key.
func document(collection string, document bson.D) obstacle {
	return obstacle{
		put: func(p *process) error {
			_, err := p.db.Collection(collection).InsertOne(context.Background(), document)
			return err
		},
		remove: func(p *process) error {
			_, err := p.db.Collection(collection).DeleteOne(context.Background(), document)
			return err
		},
	}
}

// refusal is that a collection takes no document.
func refusal(collection string) obstacle {
	validate := func(p *process, by bson.D) error {
		return p.db.RunCommand(context.Background(), bson.D{{Key: "collMod", Value: collection}, {Key: "validator", Value: by}}).Err()
	}
	return obstacle{
		put: func(p *process) error {
			return validate(p, bson.D{{Key: "nothing has this", Value: bson.D{{Key: "$exists", Value: true}}}})
		},
		remove: func(p *process) error { return validate(p, bson.D{}) },
	}
}

// A transaction that fails leaves nothing, wherever in it the failure is: after
// the clients were written, or after their history too.
func TestFailedTransactionLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		obstacle
		// before says that rows are numbered as before the outbox.
		before bool
	}{
		"a version that history has": {obstacle: document("clientHistory", bson.D{
			{Key: "businessId", Value: testBusiness}, {Key: "clientId", Value: int64(2)}, {Key: "version", Value: int64(2)},
		})},
		"an outbox that takes nothing": {obstacle: refusal("outbox")},
		"a number that the feed has": {before: true, obstacle: document("changes", bson.D{
			{Key: "businessId", Value: testBusiness}, {Key: "sequence", Value: int64(5)},
		})},
	} {
		t.Run(name, func(t *testing.T) {
			p := openProcess(t, testdb.New(t), nil)
			if c.before {
				p.withoutOutbox(t)
			}
			viewer, subject := p.create(t, nameValues("Viewer")), p.create(t, nameValues("Subject"))
			if viewer.ClientID != 1 || subject.ClientID != 2 {
				t.Fatalf("the ids begin at %d and %d", viewer.ClientID, subject.ClientID)
			}
			if _, err := p.service.Patch(t.Context(), ownerScope(), viewer.ID(), client.Values{"city": "Here"}, nil); err != nil {
				t.Fatal(err)
			}
			p.number(t)
			must(t, c.put(p))
			before := p.dump(t)
			values := client.Values{"city": "There", "clientIdsClientCanView": []any{"2"}}
			if _, err := p.service.Patch(t.Context(), ownerScope(), viewer.ID(), values, nil); err == nil {
				t.Fatal("the patch found no obstacle")
			}
			if diff := cmp.Diff(before, p.dump(t)); diff != "" {
				t.Errorf("the failed patch left (-before +after):\n%s", diff)
			}
			must(t, c.remove(p))
			if _, err := p.service.Patch(t.Context(), ownerScope(), viewer.ID(), values, nil); err != nil {
				t.Fatalf("without the obstacle: %v", err)
			}
			p.checkHistory(t)
			p.checkFeed(t)
		})
	}
}

// dump is all that is stored, by collection.
func (p *process) dump(t *testing.T) map[string][]bson.M {
	t.Helper()
	names, err := p.db.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	dump := map[string][]bson.M{}
	for _, name := range names {
		dump[name] = p.rows(t, name, bson.D{}, bson.D{{Key: "_id", Value: 1}})
	}
	return dump
}

// Processes that start together make the indexes together, and one that starts
// later finds nothing to do.
func TestIndexesAreMadeOnceByAll(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	if err := processes[0].db.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := processes[0].store.Ready(t.Context()); err == nil {
		t.Error("a database without indexes is ready")
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			if err := processes[i%2].store.EnsureIndexes(t.Context()); err != nil {
				t.Errorf("make the indexes: %v", err)
			}
		})
	}
	group.Wait()
	made := processes[0].indexes(t)
	if err := processes[0].store.EnsureIndexes(t.Context()); err != nil {
		t.Errorf("make the indexes again: %v", err)
	}
	if diff := cmp.Diff(made, processes[0].indexes(t)); diff != "" {
		t.Errorf("the second time changed indexes:\n%s", diff)
	}
	if err := processes[1].store.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

// indexes are the indexes of each collection, as the server tells of them.
func (p *process) indexes(t *testing.T) map[string][]bson.M {
	t.Helper()
	indexes := map[string][]bson.M{}
	for name := range p.dump(t) {
		cursor, err := p.db.Collection(name).Indexes().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var list []bson.M
		if err := cursor.All(t.Context(), &list); err != nil {
			t.Fatal(err)
		}
		indexes[name] = list
	}
	return indexes
}
