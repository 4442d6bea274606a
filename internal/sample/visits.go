package sample

import (
	"time"

	"clientgraph/internal/client"
)

// The custom fields in data/definitions.json that stand for no property.
const (
	fieldLoyaltyPoints = 322530
	fieldNewsletter    = 322531
	fieldMemberSince   = 322532
	fieldHeardOfUs     = 322533
	fieldDrink         = 322534
)

// heardOfUs are the choices of fieldHeardOfUs.
var heardOfUs = []string{"A friend", "Web search", "Social media", "Newspaper", "Walked past"}

// fields sets values of custom fields, by definition id.
func (g *generator) fields(c *client.Client, h *home) {
	set := func(p int, id int64, value func() any) {
		if g.percent(p) {
			c.FieldValues = append(c.FieldValues, client.FieldValue{DefinitionID: id, Value: value()})
		}
	}
	set(50, fieldLoyaltyPoints, func() any { return float64(g.IntN(10_000)) / 2 })
	set(60, fieldNewsletter, func() any { return g.Bool() })
	set(50, fieldMemberSince, func() any { return client.DateOf(*c.CreatedDate) })
	set(45, fieldHeardOfUs, func() any { return pick(g, heardOfUs) })
	set(35, fieldDrink, func() any { return pick(g, h.drinks) })
}

// The scheduler's ids of staff, locations and reasons.
const (
	firstStaff, lastStaff       = 501, 512
	firstLocation, lastLocation = 11, 18
	firstReason, lastReason     = 31, 40
)

// appointments gives three of four clients up to four appointments, from their creation
// until some weeks from now.
func (g *generator) appointments(c *client.Client) {
	if g.percent(25) {
		return
	}
	const ahead, step = 45 * 24 * time.Hour, 15 * time.Minute
	for range g.IntRange(1, 4) {
		start := g.between(*c.CreatedDate, g.now.Add(ahead)).Truncate(step)
		status, modified := g.outcome(*c.CreatedDate, start)
		g.appointmentID++
		c.Appointments = append(c.Appointments, client.Appointment{
			AppointmentID: g.appointmentID,
			LocationID:    int64(g.IntRange(firstLocation, lastLocation)),
			StaffID:       int64(g.IntRange(firstStaff, lastStaff)),
			ReasonID:      int64(g.IntRange(firstReason, lastReason)),
			Start:         start,
			Status:        status,
			ModifiedDate:  modified,
		})
	}
}

// outcome returns the current status of an appointment with that start, and when the
// scheduler last changed it.
func (g *generator) outcome(booked, start time.Time) (client.AppointmentStatus, time.Time) {
	roll := g.IntN(100)
	if start.After(g.now) {
		if roll < 85 {
			return client.AppointmentOpen, g.between(booked, g.now)
		}
		return client.AppointmentCancelled, g.between(booked, g.now)
	}
	closed := start.Add(time.Hour)
	if closed.After(g.now) {
		closed = g.now
	}
	switch {
	case roll < 75:
		return client.AppointmentCompleted, closed
	case roll < 88:
		return client.AppointmentCancelled, closed
	}
	return client.AppointmentNoShow, closed
}
