package oracle

import (
	"maps"
	"slices"
)

// Erase removes a client and all clients merged into it for good, and returns them, the
// client first. Their edges to others end, which changes the others at either end.
func (m *Model) Erase(c Caller, t Target, confirm int64) (Outcome, []int64) {
	if c.Role == Client || !c.May("admin") {
		return Outcome{Forbidden: true}, nil
	}
	if confirm != t.ID {
		return Outcome{Failures: []Failure{{"CONFIRMATION_MISMATCH", "confirmClientId"}}}, nil
	}
	var gone []int64
	failures := m.change(func(next *Model) []Failure {
		p, failures := next.find(c, t, true)
		if failures != nil {
			return failures
		}
		gone = []int64{p.ID}
		for _, folded := range p.Folded {
			gone = append(gone, folded.ID)
		}
		next.forget(gone)
		return nil
	})
	return Outcome{Failures: failures}, gone
}

// forget removes everything about clients.
func (m *Model) forget(gone []int64) {
	maps.DeleteFunc(m.Edges, func(edge Edge, _ bool) bool {
		heir := m.heir(edge)
		return slices.Contains(gone, heir.Viewer) || slices.Contains(gone, heir.Subject)
	})
	maps.DeleteFunc(m.Appointments, func(_ int64, a *Appointment) bool { return slices.Contains(gone, a.SentFor) })
	maps.DeleteFunc(m.Merges, func(_ int64, merge *Merge) bool {
		return slices.Contains(gone, merge.Into) || slices.ContainsFunc(merge.Folded, func(id int64) bool { return slices.Contains(gone, id) })
	})
	for _, id := range gone {
		m.Erased[id] = m.People[id].Account
		delete(m.People, id)
	}
	// The subjects that a client had when it was folded are in its record, and are
	// removed as a change of each.
	for _, p := range m.People {
		left := slices.DeleteFunc(slices.Clone(p.Saw), func(id int64) bool { return slices.Contains(gone, id) })
		p.Version += int64(len(p.Saw) - len(left))
		p.Saw = left
	}
}
