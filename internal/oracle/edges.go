package oracle

import (
	"maps"
	"slices"
	"strconv"
)

// edges replaces the edges in each list of an input that the caller sees.
func (m *Model) edges(c Caller, p *Person, argument string, input Values) []Failure {
	var failures []Failure
	// The caller sees what it saw before: a CLIENT that gives up a view no longer sees
	// the subject.
	seen := m.clone()
	if raw, named := input["clientIdsClientCanView"]; named {
		failures = append(failures, m.replaceSubjects(c, seen, p, at(argument, "clientIdsClientCanView"), ids(raw))...)
	}
	if raw, named := input["viewClientAccountIds"]; named {
		failures = append(failures, m.replaceViewers(c, seen, p, at(argument, "viewClientAccountIds"), ids(raw))...)
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

// edgesNow follows edges through merges: they connect survivors, and none connects a
// client with itself.
func (m *Model) edgesNow(edges map[Edge]bool) map[Edge]bool {
	now := map[Edge]bool{}
	for edge := range edges {
		if heir := m.heir(edge); heir.Viewer != heir.Subject {
			now[heir] = true
		}
	}
	return now
}

// heir returns the edge that an edge has become. An erased client has no edges.
func (m *Model) heir(edge Edge) Edge {
	for _, end := range []*int64{&edge.Viewer, &edge.Subject} {
		if p := m.Survivor(*end); p != nil {
			*end = p.ID
		}
	}
	return edge
}

// sees returns a client's subjects in any lifecycle, by id.
func (m *Model) sees(id int64) []int64 {
	var subjects []int64
	for edge := range m.edgesNow(m.Edges) {
		if edge.Viewer == id {
			subjects = append(subjects, edge.Subject)
		}
	}
	slices.Sort(subjects)
	return subjects
}

// link adds an edge if there is none.
func (m *Model) link(edge Edge) {
	if !m.edgesNow(m.Edges)[edge] {
		m.Edges[edge] = true
	}
}

// unlink removes an edge, and all that have become this one.
func (m *Model) unlink(edge Edge) {
	maps.DeleteFunc(m.Edges, func(other Edge, _ bool) bool { return m.heir(other) == edge })
}

// relink replaces some edges by others.
func (m *Model) relink(old, wanted []Edge) {
	for _, edge := range old {
		if !slices.Contains(wanted, edge) {
			m.unlink(edge)
		}
	}
	for _, edge := range wanted {
		m.link(edge)
	}
}

func (m *Model) replaceSubjects(c Caller, seen *Model, p *Person, where string, wanted []int64) []Failure {
	var failures []Failure
	var old, edges []Edge
	for edge := range m.edgesNow(m.Edges) {
		if edge.Viewer == p.ID && seen.shows(c, edge.Subject) {
			old = append(old, edge)
		}
	}
	for i, id := range wanted {
		switch {
		case id == p.ID:
			failures = append(failures, Failure{"SELF_VIEW", at(where, i)})
		case seen.mergedAway(c, id):
			failures = append(failures, Failure{"CLIENT_MERGED", at(where, i)})
		case !seen.shows(c, id):
			failures = append(failures, Failure{"NOT_FOUND", at(where, i)})
		case c.Role == Client && !slices.Contains(old, Edge{p.ID, id}):
			failures = append(failures, Failure{"FIELD_NOT_WRITABLE", at(where, i)})
		}
		edges = append(edges, Edge{p.ID, id})
	}
	if failures == nil {
		m.relink(old, edges)
	}
	return failures
}

func (m *Model) replaceViewers(c Caller, seen *Model, p *Person, where string, accounts []int64) []Failure {
	var failures []Failure
	var old, edges []Edge
	for edge := range m.edgesNow(m.Edges) {
		if edge.Subject == p.ID && seen.shows(c, edge.Viewer) && seen.People[edge.Viewer].Account != 0 {
			old = append(old, edge)
		}
	}
	for i, account := range accounts {
		viewer := seen.byAccount(account)
		switch {
		case viewer == nil || !seen.shows(c, viewer.ID):
			failures = append(failures, Failure{"NOT_FOUND", at(where, i)})
		case viewer.ID == p.ID:
			failures = append(failures, Failure{"SELF_VIEW", at(where, i)})
		default:
			edges = append(edges, Edge{viewer.ID, p.ID})
		}
	}
	if failures == nil {
		m.relink(old, edges)
	}
	return failures
}

// Subjects returns the subjects of a client that the caller sees.
func (m *Model) Subjects(c Caller, id int64) []int64 {
	return m.neighbours(c, func(edge Edge) (int64, bool) { return edge.Subject, edge.Viewer == id })
}

// Viewers returns the viewers of a client that the caller sees.
func (m *Model) Viewers(c Caller, id int64) []int64 {
	return m.neighbours(c, func(edge Edge) (int64, bool) { return edge.Viewer, edge.Subject == id })
}

func (m *Model) neighbours(c Caller, other func(Edge) (int64, bool)) []int64 {
	found := []int64{}
	for edge := range m.edgesNow(m.Edges) {
		if id, is := other(edge); is && m.shows(c, id) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}
