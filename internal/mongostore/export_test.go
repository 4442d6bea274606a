package mongostore_test

import (
	"context"
	"fmt"
	"testing"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
)

// sparing is a store that keeps how many versions of a history were asked for at
// once, at most.
type sparing struct {
	store.Store
	most int64
}

func (s *sparing) History(ctx context.Context, scope client.Scope, ids []int64, after, until int64) ([]history.Entry, error) {
	if until == 0 {
		until = 1 << 62
	}
	s.most = max(s.most, (until-after)*int64(len(ids)))
	return s.Store.History(ctx, scope, ids, after, until)
}

// A history of any length is exported whole, a bounded part of it at a time; every
// read of it uses an index.
func TestExportReadsTheHistoryInParts(t *testing.T) {
	t.Parallel()
	recorded := &recorder{}
	db := testdb.New(t)
	p, explainer := openProcess(t, db, recorded.monitor()), openProcess(t, db, nil)
	// The last part is a whole one, or not.
	for _, versions := range []int64{200, 201, 1} {
		c := p.create(t, nameValues("Ann"))
		for n := c.Version; n < versions; n++ {
			_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": fmt.Sprint("city ", n)}, nil)
			must(t, err)
		}
		store := &sparing{Store: p.store}
		recorded.taken()
		data, err := p.over(store).ExportData(t.Context(), ownerScope(), c.ID())
		must(t, err)
		checkPlans(t, explainer, "export", recorded.taken())
		if int64(len(data.History)) != versions || store.most > 100 {
			t.Errorf("%d of %d entries, up to %d at once", len(data.History), versions, store.most)
		}
		for i, entry := range data.History {
			if entry.Version != int64(i+1) {
				t.Fatalf("entry %d is of version %d", i, entry.Version)
			}
		}
	}
}
