// Package scheduler stores what the scheduler sends: appointments, location groups and
// forms, each with the date of its last change.
package scheduler

import (
	"clientgraph/internal/service/writing"
)

// Scheduler stores what the scheduler sends: appointments, location groups and
// forms. It is safe for concurrent use.
type Scheduler struct {
	*writing.Writes
}

// New returns the use cases of the scheduler.
func New(writes *writing.Writes) *Scheduler {
	return &Scheduler{Writes: writes}
}
