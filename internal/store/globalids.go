package store

import (
	"clientgraph/internal/client"
)

// ID is the global id, good within the business.
func (g *LocationGroup) ID() client.ID {
	return client.ID{Type: client.TypeLocationGroup, Number: g.LocationGroupID}
}
