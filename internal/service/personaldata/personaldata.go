// Package personaldata exports all data that is stored about a person, and erases it.
package personaldata

import (
	"clientgraph/internal/service/writing"
)

// Keeper exports and erases all data about a person. It is safe for concurrent use.
type Keeper struct {
	*writing.Writes
}

// New returns the keeper.
func New(writes *writing.Writes) *Keeper {
	return &Keeper{Writes: writes}
}
