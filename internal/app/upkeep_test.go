package app_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/sample"
)

// A server that starts goes on making the keys that an earlier one left undone,
// and one that runs makes those that are asked of it.
func TestServeFinishesRekeying(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "--sample")
	businesses := s.database(t).Collection("businesses")
	marked := bson.D{{Key: "_id", Value: sample.BusinessID}, {Key: "rekeyedTo", Value: bson.D{{Key: "$exists", Value: true}}}}
	unmarked := func() bool {
		n, err := businesses.CountDocuments(t.Context(), marked)
		return err == nil && n == 0
	}
	answered, err := s.post(t.Context(), s.owner(t), "", `mutation { updateBusiness(input: {locale: "sv"}) { business { locale } userErrors { code } } }`, nil)
	if err != nil || len(answered.Errors) > 0 {
		t.Fatalf("the update is answered %s, %v", answered.body, err)
	}
	until(t, "the keys are made", unmarked)
	keys := func() []string {
		var found []string
		if err := businesses.Database().Collection("clients").Distinct(t.Context(), "nameKey", bson.D{{Key: "lifecycle", Value: "live"}}).Decode(&found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	before := keys()
	// As a server leaves it that is killed when it has not begun.
	change := bson.D{{Key: "$set", Value: bson.D{{Key: "rekeyedTo", Value: int64(0)}, {Key: "locale", Value: "da"}}}}
	if _, err := businesses.UpdateOne(t.Context(), bson.D{{Key: "_id", Value: sample.BusinessID}}, change); err != nil {
		t.Fatal(err)
	}
	stop(t, s)
	s = serve(t, dir)
	businesses = s.database(t).Collection("businesses")
	until(t, "the keys are made by the next server", unmarked)
	if after := keys(); len(after) != len(before) || len(after) == 0 {
		t.Errorf("there are %d keys, were %d", len(after), len(before))
	}
}
