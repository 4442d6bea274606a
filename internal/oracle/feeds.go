package oracle

// Record takes in what the scheduler says of an appointment: the newest counts.
// Whom it names may be merged, and is followed.
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
		// Whose it is the scheduler does not say.
		sent.SentFor = 0
		if known != nil {
			sent.SentFor = known.SentFor
		}
	}
	m.Appointments[id] = &sent
	return Outcome{}
}

// OpenAppointments is how many open appointments a client has.
func (m *Model) OpenAppointments(p *Person) int {
	count := 0
	for _, a := range m.Appointments {
		if !a.Removed && a.Open && m.Survivor(a.SentFor) == p {
			count++
		}
	}
	return count
}
