// Package personaldata exports all that is held about a person, and erases it.
package personaldata

import (
	"clientgraph/internal/service/writing"
)

// Keeper exports and erases all that is held about a person. It is safe for
// concurrent use.
type Keeper struct {
	*writing.Writes
}

// New returns the keeper; it writes through writes.
func New(writes *writing.Writes) *Keeper {
	return &Keeper{Writes: writes}
}
