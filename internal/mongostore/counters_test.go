package mongostore_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/testdb"
)

// Counters that an earlier version made do not say whose they are. They go on from
// where they stand, whatever comes first: a read, a write, or an id.
func TestCountersOfAnEarlierVersionGoOn(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	p := openProcess(t, db, nil)
	counters := p.db.Collection("counters")
	_, err := counters.InsertMany(t.Context(), []any{
		bson.D{{Key: "_id", Value: "clientId"}, {Key: "value", Value: int64(1_000)}},
		bson.D{{Key: "_id", Value: "clientAccountId"}, {Key: "value", Value: int64(2_000)}},
		bson.D{{Key: "_id", Value: "fieldDefinitionId"}, {Key: "value", Value: int64(3_000)}},
		bson.D{{Key: "_id", Value: "changes:1"}, {Key: "value", Value: int64(40)}, {Key: "keyVersion", Value: search.RulesVersion}},
		bson.D{{Key: "_id", Value: "fieldDefinitions:1"}, {Key: "value", Value: int64(5)}},
		bson.D{{Key: "_id", Value: "changes:2"}, {Key: "value", Value: int64(60)}},
	})
	must(t, err)
	for business, want := range map[int64]int64{1: 40, 2: 60, 3: 0} {
		head, err := p.store.ChangeHead(t.Context(), client.Scope{BusinessID: business})
		must(t, err)
		if head != want {
			t.Errorf("the feed of business %d ends at %d, want %d", business, head, want)
		}
	}
	c := p.create(t, passwordValues("Ann"))
	if c.ClientID <= 1_000 || *c.ClientAccountID <= 2_000 {
		t.Errorf("client %d, account %d: ids begin anew", c.ClientID, *c.ClientAccountID)
	}
	definition, err := p.service.CreateDefinition(t.Context(), ownerScope(), client.Values{"label": "Colour", "type": "TEXT"})
	must(t, err)
	if id := definition.DefinitionID; id <= 3_000 {
		t.Errorf("definition %d: ids begin anew", id)
	}
	head, err := p.store.ChangeHead(t.Context(), ownerScope())
	must(t, err)
	if head != 41 {
		t.Errorf("the feed ends at %d, want 41", head)
	}
	must(t, p.store.ReserveIDs(t.Context(), 9_000, 0))
	if id, err := p.store.NextClientID(t.Context()); err != nil || id <= 9_000 {
		t.Errorf("the id after one that is reserved is %d: %v", id, err)
	}
	for _, row := range p.rows(t, "counters", bson.D{}, bson.D{{Key: "_id", Value: 1}}) {
		if row["_id"] != "changes:2" && row["businessId"] == nil {
			t.Errorf("%v was counted on and does not say whose it is", row["_id"])
		}
	}
}
