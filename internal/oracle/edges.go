package oracle

import (
	"maps"
	"slices"
	"strconv"
)

// edges replaces the edges that each list of an input shows the caller.
func (m *Model) edges(c Caller, p *Person, argument string, input Values) []Failure {
	var failures []Failure
	if raw, named := input["clientIdsClientCanView"]; named {
		failures = append(failures, m.replaceSubjects(c, p, at(argument, "clientIdsClientCanView"), ids(raw))...)
	}
	if raw, named := input["viewClientAccountIds"]; named {
		failures = append(failures, m.replaceViewers(c, p, at(argument, "viewClientAccountIds"), ids(raw))...)
	}
	return failures
}

func ids(raw any) []int64 {
	list, _ := raw.([]any)
	var all []int64
	for _, text := range list {
		id, _ := strconv.ParseInt(text.(string), 10, 64)
		all = append(all, id)
	}
	return all
}

func (m *Model) replaceSubjects(c Caller, p *Person, where string, wanted []int64) []Failure {
	var failures []Failure
	before := maps.Clone(m.Edges)
	for i, id := range wanted {
		switch {
		case id == p.ID:
			failures = append(failures, Failure{"SELF_VIEW", at(where, i)})
		case !m.shows(c, id):
			failures = append(failures, Failure{"NOT_FOUND", at(where, i)})
		case c.Role == Client && !before[Edge{p.ID, id}]:
			failures = append(failures, Failure{"FIELD_NOT_WRITABLE", at(where, i)})
		}
	}
	// Who is shown is decided before anything changes: a CLIENT that drops a view
	// stops seeing its subject.
	shown := map[int64]bool{}
	for edge := range before {
		shown[edge.Subject] = m.shows(c, edge.Subject)
	}
	for edge := range before {
		if edge.Viewer == p.ID && shown[edge.Subject] {
			delete(m.Edges, edge)
		}
	}
	for _, id := range wanted {
		m.Edges[Edge{p.ID, id}] = true
	}
	return failures
}

func (m *Model) replaceViewers(c Caller, p *Person, where string, accounts []int64) []Failure {
	var failures []Failure
	var wanted []int64
	for i, account := range accounts {
		viewer := m.byAccount(account)
		switch {
		case viewer == nil || !m.shows(c, viewer.ID):
			failures = append(failures, Failure{"NOT_FOUND", at(where, i)})
		case viewer == p:
			failures = append(failures, Failure{"SELF_VIEW", at(where, i)})
		default:
			wanted = append(wanted, viewer.ID)
		}
	}
	for edge := range maps.Clone(m.Edges) {
		if edge.Subject == p.ID && m.shows(c, edge.Viewer) && m.People[edge.Viewer].Account != 0 {
			delete(m.Edges, edge)
		}
	}
	for _, id := range wanted {
		m.Edges[Edge{id, p.ID}] = true
	}
	return failures
}

// Subjects are whom the caller is told that a client may see.
func (m *Model) Subjects(c Caller, id int64) []int64 {
	return m.neighbours(c, func(edge Edge) (int64, bool) { return edge.Subject, edge.Viewer == id })
}

// Viewers are who the caller is told may see a client.
func (m *Model) Viewers(c Caller, id int64) []int64 {
	return m.neighbours(c, func(edge Edge) (int64, bool) { return edge.Viewer, edge.Subject == id })
}

func (m *Model) neighbours(c Caller, other func(Edge) (int64, bool)) []int64 {
	found := []int64{}
	for edge := range m.Edges {
		if id, is := other(edge); is && m.shows(c, id) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}
