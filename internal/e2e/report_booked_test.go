package e2e_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
)

// reportRange is AppointmentRange as the model takes it.
type reportRange struct {
	from, to *client.Date
	statuses []client.AppointmentStatus
}

// holds compares days of the calendar that hangs in that zone.
func (r *reportRange) holds(a client.Appointment, zone *time.Location) bool {
	return createdWithin(r.from, r.to, zone, &a.Start) && (len(r.statuses) == 0 || slices.Contains(r.statuses, a.Status))
}

// anyOf says whether one of the appointments is of the range; none is of no range.
func (r *reportRange) anyOf(list []client.Appointment, zone *time.Location) bool {
	return r != nil && slices.ContainsFunc(list, func(a client.Appointment) bool { return r.holds(a, zone) })
}

// booked says whether one and the same appointment fulfils all there is to
// fulfil. The number 0 identifies nothing.
func (w *reportWorld) booked(f *reportFilter, zone *time.Location, c *client.Client) bool {
	if len(f.groups)+len(f.locations)+len(f.reasons)+len(f.staff) == 0 && f.appointment == nil {
		return true
	}
	anyOf := func(ids []int64, id int64) bool { return len(ids) == 0 || (id != 0 && slices.Contains(ids, id)) }
	return slices.ContainsFunc(c.Appointments, func(a client.Appointment) bool {
		grouped := len(f.groups) == 0
		for _, group := range f.groups {
			// The groups are one business's; the other has one of its own.
			locations := w.groups[group]
			if c.BusinessID == foreignBusiness {
				locations = map[int64][]int64{75: {1, 2}}[group]
			}
			grouped = grouped || slices.Contains(locations, a.LocationID)
		}
		return grouped && (f.appointment == nil || f.appointment.holds(a, zone)) && anyOf(f.locations, a.LocationID) && anyOf(f.reasons, a.ReasonID) && anyOf(f.staff, a.StaffID)
	})
}

// appointments draws the conditions on when appointments begin.
func (d *reportDrawing) appointments() {
	d.filter.appointment = d.appointmentRange("appointment")
	d.filter.none = d.appointmentRange("noAppointment")
}

func (d *reportDrawing) appointmentRange(name string) *reportRange {
	if rapid.Bool().Draw(d.T, "no "+name) || d.none(name, nil) {
		return nil
	}
	around := d.around
	if n := len(d.target.Appointments); n > 0 && rapid.Bool().Draw(d.T, "near the target's") {
		around = d.target.Appointments[n-1].Start
	}
	drawn, sent := &reportRange{}, values{}
	if rapid.Bool().Draw(d.T, "begins") {
		drawn.from = new(client.DateOf(around.AddDate(0, 0, rapid.IntRange(-2, 1).Draw(d.T, "from"))))
		sent["from"] = drawn.from.String()
	}
	if rapid.Bool().Draw(d.T, "ends") {
		from := around
		if drawn.from != nil {
			from = drawn.from.UTC()
		}
		drawn.to = new(client.DateOf(from.AddDate(0, 0, rapid.IntRange(0, 3).Draw(d.T, "to"))))
		sent["to"] = drawn.to.String()
	}
	if rapid.Bool().Draw(d.T, "of statuses") {
		drawn.statuses = rapid.SliceOfN(rapid.SampledFrom([]client.AppointmentStatus{
			client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow,
		}), 0, 2).Draw(d.T, "statuses")
		sent["statusList"] = drawn.statuses
	}
	d.sent[name] = sent
	return drawn
}
