package mongostore_test

import (
	"context"
	"sync"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
)

// amid is a store in which something happens before survivors are looked for the
// first time.
type amid struct {
	client.Store
	happens func()
}

func (a *amid) Survivors(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]*client.Client, error) {
	a.happens()
	return a.Store.Survivors(ctx, scope, ids, need)
}

// TestMergeUndoneAmidALookUpHidesNobody: the id of a merged client leads to the
// survivor or, when the merge is undone while it is looked up, to the client
// itself.
func TestMergeUndoneAmidALookUpHidesNobody(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	survivor, folded := p.create(t, nameValues("Ada")), p.create(t, nameValues("Ann"))
	id := func(c *client.Client) client.ID { return client.ID{Number: c.ClientID} }
	merged, err := p.service.Merge(t.Context(), ownerScope(), client.MergeArgs{ClientID: id(survivor), ClientIDs: []client.ID{id(folded)}})
	if err != nil {
		t.Fatal(err)
	}
	undo := sync.OnceFunc(func() {
		if _, err := p.service.Unmerge(t.Context(), ownerScope(), client.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}}); err != nil {
			t.Fatal(err)
		}
	})
	found, err := p.over(&amid{p.store, undo}).Client(t.Context(), ownerScope(), id(folded), client.Select("firstName"))
	if err != nil || found == nil || found.ClientID != folded.ClientID {
		t.Errorf("want the client %d, got %+v, %v", folded.ClientID, found, err)
	}
}
