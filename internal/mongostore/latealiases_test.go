package mongostore_test

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/testdb"
)

// Survivors of merges that were made before phone numbers were aliases get them as
// their keys are made anew, in a version of their own; undoing the merges takes
// each number back to whose it was.
func TestMergesOfBeforeGetPhoneAliases(t *testing.T) {
	ctx := t.Context()
	p := openProcess(t, testdb.New(t), nil)
	person := func(name, cell string) *client.Client {
		values := nameValues(name)
		values["cellPhone"] = cell
		return p.create(t, values)
	}
	grandchild, child, survivor := person("Ann", "212 555 0101"), person("Bea", "212 555 0102"), person("Cyd", "212 555 0103")
	chosen := person("Dot", "212 555 0104")
	m := func(into, from *client.Client, choices ...merge.Choice) int64 {
		t.Helper()
		merged, err := p.service.Merge(ctx, ownerScope(), merging.MergeArgs{ClientID: into.ID(), ClientIDs: []client.ID{from.ID()}, Choices: choices})
		if err != nil {
			t.Fatal(err)
		}
		return merged.MergeID
	}
	// Earlier programs kept no aliases of phones.
	forget := func() {
		t.Helper()
		for _, change := range []struct {
			collection string
			update     bson.D
		}{
			{"clients", bson.D{{Key: "$unset", Value: bson.D{{Key: "aliases", Value: 1}, {Key: "phoneSpellings", Value: 1}}}}},
			{"mergeJournal", bson.D{
				{Key: "$pull", Value: bson.D{{Key: "changed", Value: "aliases"}}},
				{Key: "$unset", Value: bson.D{{Key: "before.aliases", Value: 1}, {Key: "after.aliases", Value: 1}}},
			}},
		} {
			if _, err := p.db.Collection(change.collection).UpdateMany(ctx, bson.D{}, change.update); err != nil {
				t.Fatal(err)
			}
		}
	}
	m(child, grandchild)
	forget()
	first := m(survivor, child)
	second := m(survivor, chosen, merge.Choice{Field: "cellPhone", FromClientID: chosen.ID()})
	forget()
	keys := bson.D{{Key: "businessId", Value: testBusiness}, {Key: "part", Value: "keys"}}
	if _, err := p.db.Collection("feeds").UpdateOne(ctx, keys, bson.D{{Key: "$set", Value: bson.D{{Key: "keyVersion", Value: "00002"}}}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.service.Rekey(ctx); err != nil {
			t.Fatal(err)
		}
	}
	aliases := func(id int64) []string {
		t.Helper()
		var values []string
		for _, alias := range p.load(t, id).Aliases {
			values = append(values, alias.Value)
		}
		slices.Sort(values)
		return values
	}
	if diff := gocmp.Diff([]string{"212 555 0101", "212 555 0102", "212 555 0103"}, aliases(survivor.ClientID)); diff != "" {
		t.Fatalf("the aliases (-want +got):\n%s", diff)
	}
	if got := p.suggested(t, "2125550102"); !slices.Equal(got, []string{"Cyd"}) {
		t.Errorf("the number that lost finds %q", got)
	}
	if c := p.load(t, survivor.ClientID); c.Version != 4 {
		t.Errorf("the survivor has version %d, want one more than its merges made", c.Version)
	}
	entry := p.rows(t, "clientHistory", bson.D{{Key: "clientId", Value: survivor.ClientID}}, bson.D{{Key: "version", Value: -1}})[0]
	if changes := entry["changes"].(bson.A); entry["operation"] != "UPGRADE" || len(changes) != 1 || changes[0].(bson.D)[0].Value != "aliases" {
		t.Errorf("its history ends with %v", entry)
	}
	p.checkFeed(t)
	for _, undo := range []struct {
		merge int64
		want  map[int64][]string
	}{
		{second, map[int64][]string{survivor.ClientID: {"212 555 0101", "212 555 0102"}, chosen.ClientID: nil}},
		{first, map[int64][]string{survivor.ClientID: nil, child.ClientID: {"212 555 0101"}}},
	} {
		if _, err := p.service.Unmerge(ctx, ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: undo.merge}}); err != nil {
			t.Fatal(err)
		}
		for id, want := range undo.want {
			if diff := gocmp.Diff(want, aliases(id)); diff != "" {
				t.Errorf("of %d after merge %d is undone (-want +got):\n%s", id, undo.merge, diff)
			}
		}
	}
}
