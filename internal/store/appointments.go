package store

import (
	"time"

	"clientgraph/internal/client"
)

// AppointmentPlace is a place among appointments in the order of their start, and of
// their ids where that is the same.
type AppointmentPlace struct {
	Start         time.Time
	AppointmentID int64
}

// AppointmentQuery asks for the first appointments of a client, at most Limit, that
// fulfil all of the rest.
type AppointmentQuery struct {
	// After is the place that they come after; nil is none.
	After *AppointmentPlace
	// Statuses are those of which an appointment has one; none means all.
	Statuses []client.AppointmentStatus
	// From is when they begin or later, and To when before; nil is without a bound.
	From, To *time.Time
	Limit    int64
}
