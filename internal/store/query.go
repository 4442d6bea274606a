package store

import (
	"time"

	"clientgraph/internal/client"
)

// Conditions say which of the visible clients a query means. The zero value
// means all live ones. Between conditions: all of; within one: any of.
type Conditions struct {
	// ClientIDs, when not nil, are the only clients meant: an empty list means
	// none.
	ClientIDs []int64
	// IndexKeys hold, for each condition that the index keys answer, the keys of which
	// a client has one at least. The first list is the one to find by.
	IndexKeys [][]string
	// Appointment, when not nil, is what one and the same appointment of the
	// client fulfils.
	Appointment *AppointmentCondition
	// NoAppointment, when not nil, is what no appointment of the client fulfils.
	NoAppointment *AppointmentCondition
	// CreatedFrom and CreatedBefore bound the created date: from, and before.
	CreatedFrom, CreatedBefore *time.Time
	// ExternalUserNames are names of which a client has one, and EmailsLower keys of
	// addresses, be it as an alias; nil is no condition.
	ExternalUserNames []string
	EmailsLower       []string
	// Birthdays, when not nil, are the days that a birthday is on, as MM-DD. Has and
	// HasNot are traits: each of them holds.
	Birthdays   []string
	Has, HasNot []client.Trait
	// Statuses is no condition when empty.
	Statuses []client.Status
	// IncludeDeleted means deleted clients as well.
	IncludeDeleted bool
}

// AppointmentCondition is what one appointment fulfils: each list that is not
// nil holds its id. Without any condition it is an appointment.
type AppointmentCondition struct {
	LocationIDs, ReasonIDs, StaffIDs []int64
	// StartFrom and StartBefore bound when it begins: from, and before.
	StartFrom, StartBefore *time.Time
	// Statuses is no condition when empty.
	Statuses []client.AppointmentStatus
}

// Query is conditions with an order, a place to start from and a bound.
type Query struct {
	Conditions Conditions
	Order      Order
	// After and Before bound the query to keys of the order strictly between
	// them; empty is no bound.
	After, Before string
	// AfterID bounds a query in the order of ids to those above it; 0 is no bound.
	AfterID int64
	// Backward reads from the end of the order to its start.
	Backward bool
	// Skip passes over that many clients. Limit bounds the answer; 0 is no bound.
	Skip, Limit int64
	Need        client.Selection
}
