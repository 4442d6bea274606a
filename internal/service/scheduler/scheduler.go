// Package scheduler takes what the scheduler sends: appointments, location groups
// and forms, each entry with a date that says how new it is.
package scheduler

import (
	"clientgraph/internal/service/writing"
)

// Scheduler stores what the scheduler sends: appointments, location groups and
// forms. It is safe for concurrent use.
type Scheduler struct {
	*writing.Writes
}

// New returns the use cases of the scheduler; they write through writes.
func New(writes *writing.Writes) *Scheduler {
	return &Scheduler{Writes: writes}
}
