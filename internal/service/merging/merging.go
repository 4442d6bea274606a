// Package merging holds the use cases of merges: it loads the clients, lets
// internal/merge fold or unfold them, and stores the result in one transaction.
package merging

import (
	"clientgraph/internal/service/writing"
)

// Merges merges clients, and undoes merges. It is safe for concurrent use.
type Merges struct {
	*writing.Writes
}

// New returns the merges; they write with writes.
func New(writes *writing.Writes) *Merges {
	return &Merges{Writes: writes}
}
