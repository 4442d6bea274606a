package changefeed

import (
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// ChangesCallersView says whether the row's change lets a caller with the role CLIENT see
// that client, or no longer see it. The caller then gets a notice about that client too.
func (r *Row) ChangesCallersView(scope client.Scope, id int64) bool {
	return scope.Rows.ByID() && r.ClientID == scope.ClientID && (slices.Contains(r.SubjectsGained, id) || slices.Contains(r.SubjectsLost, id))
}

// Neighbours returns the ids of the clients at the other ends of viewer edges that the
// row's change added or removed.
func (r *Row) Neighbours() []int64 {
	var ids []int64
	for _, changed := range r.ChangedPaths {
		if id := history.NeighbourOf(changed); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}
