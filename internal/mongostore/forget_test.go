package mongostore_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/testdb"
)

// Who was merged into another client, and was told apart again, is erased out of
// that one's history too: what the merge brought there is forgotten, whatever was
// changed of it meanwhile, and the history still replays.
func TestErasureForgetsAnUndoneMerge(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	ctx, owner := t.Context(), ownerScope()
	must(t, p.store.PutDefinitions(ctx, []client.FieldDefinition{{BusinessID: testBusiness, DefinitionID: 1, Label: "Note", Type: client.FieldText}}))
	values := nameValues("Survivor")
	values["notes"], values["city"] = "their own", "Rome"
	survivor := p.create(t, values)
	leaver := p.create(t, canaryValues(t, "1"))
	merged, err := p.service.Merge(ctx, owner, merging.MergeArgs{ClientID: survivor.ID(), ClientIDs: []client.ID{leaver.ID()}})
	must(t, err)
	_, err = p.service.Patch(ctx, owner, survivor.ID(), client.Values{"notes": canary + ", and more", "zip": "later " + canary, "city": "Oslo"}, nil)
	must(t, err)
	_, err = p.service.Unmerge(ctx, owner, merging.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}, Choices: []merging.UnmergeChoice{
		{Field: "notes", Value: merge.UnmergeBefore}, {Field: "zip", Value: merge.UnmergeBefore},
	}})
	must(t, err)
	leaver = p.load(t, leaver.ClientID)
	_, err = p.service.Erase(ctx, owner, personaldata.EraseArgs{ID: leaver.ID(), Confirm: leaver.ID(), ExpectedVersion: leaver.Version})
	must(t, err)
	p.number(t)
	for collection, rows := range p.dump(t) {
		for _, row := range rows {
			text, err := bson.MarshalExtJSON(row, false, false)
			must(t, err)
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(canary)) {
				t.Errorf("%s holds %s", collection, text)
			}
		}
	}
	now := p.load(t, survivor.ClientID)
	entries, err := p.store.History(ctx, owner, []int64{survivor.ClientID}, 0, 0)
	must(t, err)
	if diff := cmp.Diff(recorded(now), recorded(history.Replay(testBusiness, entries)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the survivor (-stored +replayed):\n%s", diff)
	}
	if len(entries) != 4 || now.City == nil || *now.City != "Oslo" {
		t.Errorf("the survivor has %d entries of history, and is %+v", len(entries), now)
	}
}
