package store

import (
	"time"

	"clientgraph/internal/client"
)

// AppointmentPlace is a place in a list of appointments, which are ordered by start and
// then by id.
type AppointmentPlace struct {
	Start         time.Time
	AppointmentID int64
}

// AppointmentQuery finds the first Limit appointments of a client that meet all of its
// conditions.
type AppointmentQuery struct {
	// After excludes appointments up to this place; nil for no bound.
	After *AppointmentPlace
	// Statuses are the statuses to find; empty for all.
	Statuses []client.AppointmentStatus
	// From and To bound the start: at From or later, and before To. nil for no bound.
	From, To *time.Time
	Limit    int64
}
