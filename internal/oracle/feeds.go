package oracle

// Record applies what the scheduler sends about an appointment: the newest counts. If its
// client was merged, the survivor gets it.
func (m *Model) Record(c Caller, id int64, sent Appointment) Outcome {
	if c.Role == Client || !c.May("admin") {
		return Outcome{Forbidden: true}
	}
	if !sent.Removed && m.People[sent.SentFor] == nil {
		return Outcome{Failures: []Failure{{"NOT_FOUND", "appointments.0.clientId"}}}
	}
	known := m.Appointments[id]
	if known != nil && known.ModifiedAt >= sent.ModifiedAt {
		return Outcome{}
	}
	if sent.Removed {
		// A removal does not name the client.
		sent.SentFor = 0
		if known != nil {
			sent.SentFor = known.SentFor
		}
	}
	m.Appointments[id] = &sent
	return Outcome{}
}

// OpenAppointments returns the number of a client's open appointments.
func (m *Model) OpenAppointments(p *Person) int {
	count := 0
	for _, a := range m.Appointments {
		if !a.Removed && a.Open && m.Survivor(a.SentFor) == p {
			count++
		}
	}
	return count
}
