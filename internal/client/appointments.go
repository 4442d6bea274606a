package client

import (
	"cmp"
	"slices"
	"time"
)

// KnownAppointment is what is stored about an appointment outside its client's record: the
// client and the modified date. A removed appointment stays stored, so that an older entry
// does not bring it back.
type KnownAppointment struct {
	AppointmentID int64
	// ClientID is the client that the scheduler last named; 0 if it only ever sent the
	// removal.
	ClientID     int64
	ModifiedDate time.Time
	Removed      bool
}

// Appointment returns the index of an appointment in the client's list, and whether it is
// there.
func (c *Client) Appointment(id int64) (int, bool) {
	return slices.BinarySearchFunc(c.Appointments, id, func(a Appointment, id int64) int { return cmp.Compare(a.AppointmentID, id) })
}

// equal says whether all values are equal, including ModifiedDate.
func (a Appointment) equal(b Appointment) bool {
	if !a.Start.Equal(b.Start) || !a.ModifiedDate.Equal(b.ModifiedDate) {
		return false
	}
	b.Start, b.ModifiedDate = a.Start, a.ModifiedDate
	return a == b
}

// PutAppointment adds an appointment, or replaces the one with the same id.
func (c *Client) PutAppointment(a Appointment) {
	i, found := c.Appointment(a.AppointmentID)
	if found {
		c.Appointments[i] = a
		return
	}
	c.Appointments = slices.Insert(c.Appointments, i, a)
}

// DropAppointment removes the appointment with that id, if there is one.
func (c *Client) DropAppointment(id int64) {
	if i, found := c.Appointment(id); found {
		c.Appointments = slices.Delete(c.Appointments, i, i+1)
	}
}
