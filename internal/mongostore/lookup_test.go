package mongostore_test

import (
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/testdb"
)

// TestMergesAmidLookUpsHideNobody: the id of a client that is merged and unmerged
// while it is looked up leads to the survivor or to the client itself, always.
func TestMergesAmidLookUpsHideNobody(t *testing.T) {
	db := testdb.New(t)
	p, other := openProcess(t, db, nil), openProcess(t, db, nil)
	survivor, folded := p.create(t, nameValues("Ada")), p.create(t, nameValues("Ann"))
	id := func(c *client.Client) client.ID { return client.ID{Number: c.ClientID} }
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 10 {
			merged, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: id(survivor), ClientIDs: []client.ID{id(folded)}})
			if err != nil {
				t.Errorf("merge: %v", err)
				return
			}
			if _, err := p.service.Unmerge(t.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}}); err != nil {
				t.Errorf("unmerge: %v", err)
				return
			}
		}
	}()
	for looked := 0; ; looked++ {
		found, err := other.service.Client(t.Context(), ownerScope(), id(folded), client.Select("firstName"))
		if err != nil || found == nil {
			t.Fatalf("look-up %d found %+v, %v", looked, found, err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// TestUnknownIDCostsNoMoreThanAKnownOne: how long an answer takes says nothing of
// whether an id is somebody's.
func TestUnknownIDCostsNoMoreThanAKnownOne(t *testing.T) {
	recorded := &recorder{}
	p := openProcess(t, testdb.New(t), recorded.monitor())
	survivor, folded := p.create(t, nameValues("Ada")), p.create(t, nameValues("Ann"))
	_, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: survivor.ID(), ClientIDs: []client.ID{folded.ID()}})
	must(t, err)
	for name, id := range map[string]int64{"a client": survivor.ClientID, "a merged one": folded.ClientID, "nobody": 1 << 40} {
		recorded.taken()
		if _, err := p.service.Client(t.Context(), ownerScope(), client.ID{Number: id}, client.SelectAll()); err != nil {
			t.Fatal(err)
		}
		if sent := recorded.taken(); len(sent) != 1 {
			t.Errorf("%s: %d commands", name, len(sent))
		}
	}
}
