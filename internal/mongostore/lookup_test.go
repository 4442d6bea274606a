package mongostore_test

import (
	"slices"
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

// TestUnknownIDCostsNoMoreThanAHiddenOne: how long an answer takes says nothing of whether
// an id that the caller does not see is somebody's. One that the caller sees takes a
// command, and one that was merged as many as an unknown one.
func TestUnknownIDCostsNoMoreThanAHiddenOne(t *testing.T) {
	recorded := &recorder{}
	p := openProcess(t, testdb.New(t), recorded.monitor())
	survivor, folded, shown := p.create(t, nameValues("Ada")), p.create(t, nameValues("Ann")), p.create(t, nameValues("Eve"))
	_, err := p.service.Merge(t.Context(), ownerScope(), merging.MergeArgs{ClientID: survivor.ID(), ClientIDs: []client.ID{folded.ID()}})
	must(t, err)
	itself := ownerScope()
	itself.Role, itself.Rows = client.RoleClient, client.Rows{ClientIDs: []int64{shown.ClientID}}
	for _, c := range []struct {
		name  string
		scope client.Scope
		id    int64
		found bool
		want  []string
	}{
		{"a client", ownerScope(), survivor.ClientID, true, []string{"find"}},
		{"the caller", itself, shown.ClientID, true, []string{"find"}},
		{"a merged one", ownerScope(), folded.ClientID, true, []string{"find", "aggregate"}},
		{"nobody", ownerScope(), 1 << 40, false, []string{"find", "aggregate"}},
		{"nobody, to a client", itself, 1 << 40, false, []string{"find", "aggregate"}},
		{"a hidden one", itself, survivor.ClientID, false, []string{"find", "aggregate"}},
		{"a hidden merged one", itself, folded.ClientID, false, []string{"find", "aggregate"}},
	} {
		recorded.taken()
		found, err := p.service.Client(t.Context(), c.scope, client.ID{Number: c.id}, client.SelectAll())
		if err != nil || (found != nil) != c.found {
			t.Errorf("%s: found %v: %v", c.name, found, err)
		}
		var sent []string
		for _, command := range recorded.taken() {
			sent = append(sent, command[0].Key)
		}
		if !slices.Equal(sent, c.want) {
			t.Errorf("%s: sent %v, want %v", c.name, sent, c.want)
		}
	}
}
