package changefeed

import (
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// MovedOwn says whether by the row the caller's own record may see the client from now
// on, or may no longer: the caller gets a notice of that client too.
func (r *Row) MovedOwn(scope client.Scope, id int64) bool {
	return scope.Rows.ByID() && r.ClientID == scope.ClientID && (slices.Contains(r.SubjectsGained, id) || slices.Contains(r.SubjectsLost, id))
}

// Neighbours are the clients whom the row's paths name.
func (r *Row) Neighbours() []int64 {
	var ids []int64
	for _, changed := range r.ChangedPaths {
		if id := history.NeighbourOf(changed); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}
