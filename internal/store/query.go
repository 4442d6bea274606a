package store

import (
	"time"

	"clientgraph/internal/client"
)

// Conditions decide which of the clients that the scope sees a query finds. The zero value
// finds all live clients. A client must meet every condition; in a list of values, one
// of them is enough.
type Conditions struct {
	// ClientIDs are the only clients to find, if not nil. An empty list finds none.
	ClientIDs []int64
	// IndexKeys has a list of index keys for each condition that they answer. A client must
	// have at least one key of each list. The database searches by the first list.
	IndexKeys [][]string
	// Appointment, if not nil, must be met by one appointment of the client.
	Appointment *AppointmentCondition
	// NoAppointment, if not nil, must not be met by any appointment of the client.
	NoAppointment *AppointmentCondition
	// CreatedFrom and CreatedBefore bound the created date: at CreatedFrom or later, and
	// before CreatedBefore.
	CreatedFrom, CreatedBefore *time.Time
	// ExternalUserNames are names, and EmailsLower e-mail addresses in lower case. A client
	// must have one of each, possibly as an alias. nil is no condition.
	ExternalUserNames []string
	EmailsLower       []string
	// Birthdays, if not nil, are birthdays in the form MM-DD. A client must have all traits
	// of Has and none of HasNot.
	Birthdays   []string
	Has, HasNot []client.Trait
	// Statuses is no condition if it is empty.
	Statuses []client.Status
	// IncludeDeleted also finds deleted clients.
	IncludeDeleted bool
}

// AppointmentCondition is a condition on one appointment. Each list that is not nil must
// have the appointment's id. The zero value is met by every appointment.
type AppointmentCondition struct {
	LocationIDs, ReasonIDs, StaffIDs []int64
	// StartFrom and StartBefore bound the start: at StartFrom or later, and before
	// StartBefore.
	StartFrom, StartBefore *time.Time
	// Statuses is no condition if it is empty.
	Statuses []client.AppointmentStatus
}

// Query finds clients by conditions, in an order and within bounds.
type Query struct {
	Conditions Conditions
	Order      Order
	// After and Before bound the keys in the order, both excluded; empty is no bound.
	After, Before string
	// AfterID excludes ids up to it, in a query that is ordered by id; 0 is no bound.
	AfterID int64
	// Backward reads from the end of the order to its start.
	Backward bool
	// Skip is the number of clients to leave out at the beginning. Limit is the largest
	// number of clients to find; 0 is no bound.
	Skip, Limit int64
	Need        client.Selection
}
