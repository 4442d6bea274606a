package oracle_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/oracle"
	"clientgraph/internal/testsize"
)

// TestPropertyEdgesOutliveMerges: while edges come and go, and a few clients become
// one and several again, all edges are the model's, and those that histories tell
// are these.
func TestPropertyEdgesOutliveMerges(t *testing.T) {
	api := apitest.New(t)
	business := int64(2_000_000)
	testsize.Check(t, testsize.Of(3, 12, 400), func(rt *rapid.T) {
		business++
		r := &run{t: t, api: api, business: business}
		r.begin()
		r.populate(rt)
		steps := []func(*rapid.T){func(*rapid.T) {}, r.see, r.see, r.see, r.merge, r.unmerge, r.unmerge, r.see, r.delete, r.restore, r.erase}
		for range 40 {
			said := len(r.log)
			if rapid.SampledFrom(steps).Draw(rt, "step")(rt); len(r.log) > said {
				owner := r.callers()[0]
				r.look(rt, owner)
				r.replay(rt, owner)
			}
		}
	})
}

// see lets a live client see some others, and nobody else.
func (r *run) see(rt *rapid.T) {
	owner := r.callers()[0]
	live := r.model.Shown(owner)
	if len(live) == 0 {
		return
	}
	t := oracle.Target{ID: rapid.SampledFrom(live).Draw(rt, "viewer")}
	subjects := slices.DeleteFunc(slices.Clone(live), func(id int64) bool { return id == t.ID || rapid.Bool().Draw(rt, "left out") })
	r.sendPatch(rt, owner, t, values{"clientIdsClientCanView": texts(subjects)})
}
