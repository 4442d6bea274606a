package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// AppointmentConnection is a page of a client's appointments.
type AppointmentConnection struct{ *reading.AppointmentPage }

// Edges are the appointments with their cursors.
func (c *AppointmentConnection) Edges() []*AppointmentEdge {
	edges := make([]*AppointmentEdge, len(c.Appointments))
	for i, node := range c.Nodes() {
		edges[i] = &AppointmentEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the appointments without their cursors.
func (c *AppointmentConnection) Nodes() []*Appointment {
	nodes := make([]*Appointment, len(c.Appointments))
	for i := range c.Appointments {
		nodes[i] = &Appointment{&c.Appointments[i]}
	}
	return nodes
}

// PageInfo is the place of the page in the list.
func (c *AppointmentConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.More, Previous: c.Later}
}

// AppointmentEdge is an appointment with its cursor.
type AppointmentEdge struct {
	Cursor string
	Node   *Appointment
}

// Appointment is an appointment that the scheduler recorded.
type Appointment struct{ *client.Appointment }

// AppointmentID is the scheduler's id.
func (a *Appointment) AppointmentID() *client.ID {
	return &client.ID{Number: a.Appointment.AppointmentID}
}

// LocationID is the location; nil if the scheduler did not send it.
func (a *Appointment) LocationID() *client.ID { return idOrNone(a.Appointment.LocationID) }

// StaffID is the staff member; nil if the scheduler did not send it.
func (a *Appointment) StaffID() *client.ID { return idOrNone(a.Appointment.StaffID) }

// ReasonID is the reason; nil if the scheduler did not send it.
func (a *Appointment) ReasonID() *client.ID { return idOrNone(a.Appointment.ReasonID) }

func idOrNone(number int64) *client.ID {
	if number == 0 {
		return nil
	}
	return &client.ID{Number: number}
}
