package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// AppointmentConnection is a part of a client's appointments.
type AppointmentConnection struct{ *reading.AppointmentPage }

// Edges are the appointments with their cursors.
func (c *AppointmentConnection) Edges() []*AppointmentEdge {
	edges := make([]*AppointmentEdge, len(c.Appointments))
	for i, node := range c.Nodes() {
		edges[i] = &AppointmentEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the appointments alone.
func (c *AppointmentConnection) Nodes() []*Appointment {
	nodes := make([]*Appointment, len(c.Appointments))
	for i := range c.Appointments {
		nodes[i] = &Appointment{&c.Appointments[i]}
	}
	return nodes
}

// PageInfo says where among the appointments the part is.
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

// LocationID is where it takes place; nil when the scheduler did not say.
func (a *Appointment) LocationID() *client.ID { return idOrNone(a.Appointment.LocationID) }

// StaffID is with whom; nil when the scheduler did not say.
func (a *Appointment) StaffID() *client.ID { return idOrNone(a.Appointment.StaffID) }

// ReasonID is what for; nil when the scheduler did not say.
func (a *Appointment) ReasonID() *client.ID { return idOrNone(a.Appointment.ReasonID) }

func idOrNone(number int64) *client.ID {
	if number == 0 {
		return nil
	}
	return &client.ID{Number: number}
}
