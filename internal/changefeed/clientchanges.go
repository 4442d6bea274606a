package changefeed

import (
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// MovedOwn says whether the row gave the caller's own record sight of the client,
// or took it: the caller is told of that one too.
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
