package merge

import (
	"maps"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// moves collects the changes of edges between the clients of a merge and their
// neighbours, by neighbour.
type moves map[int64]*MovedEdges

func (m moves) of(id int64) *MovedEdges {
	if m[id] == nil {
		m[id] = &MovedEdges{ClientID: id}
	}
	return m[id]
}

// viewer adds the subjects that a viewer gets and loses.
func (m moves) viewer(id int64, gained, lost []int64) {
	moved := m.of(id)
	moved.Gained, moved.Lost = client.SortedSet(slices.Concat(moved.Gained, gained)), client.SortedSet(slices.Concat(moved.Lost, lost))
	for _, other := range slices.Concat(gained, lost) {
		moved.Paths = append(moved.Paths, client.EdgePath(history.PathSubject, other))
	}
}

// subject adds that the viewers of a client changed.
func (m moves) subject(id int64, viewers ...int64) {
	moved := m.of(id)
	for _, viewer := range viewers {
		moved.Paths = append(moved.Paths, client.EdgePath(history.PathViewer, viewer))
	}
}

// list returns all changes, ordered by id.
func (m moves) list() []MovedEdges {
	var all []MovedEdges
	for _, id := range slices.Sorted(maps.Keys(m)) {
		moved := *m[id]
		slices.Sort(moved.Paths)
		moved.Paths = slices.Compact(moved.Paths)
		all = append(all, moved)
	}
	return all
}

// Viewership has the viewers of clients, by the id of the subject.
type Viewership map[int64][]int64

// add adds viewers of a client.
func (s Viewership) add(id int64, viewers ...int64) { s[id] = append(s[id], viewers...) }

// addAmong adds the edges between the clients.
func (s Viewership) addAmong(clients []*client.Client) {
	among := map[int64]bool{}
	for _, c := range clients {
		among[c.ClientID] = true
	}
	for _, c := range clients {
		for _, id := range c.SubjectIDs {
			if among[id] {
				s.add(id, c.ClientID)
			}
		}
	}
}

// Changes returns the changes of a client's viewers from s to after, for history.
func (s Viewership) Changes(id int64, after Viewership) []history.Change {
	return history.IDChanges(history.PathViewer, client.SortedSet(s[id]), client.SortedSet(after[id]))
}

// Seen returns the viewers of the clients before and after the merge, as far as it
// changes them.
func (f *Fold) Seen() (before, after Viewership) {
	before, after = Viewership{}, Viewership{}
	before.addAmong(f.All())
	for _, viewer := range f.Viewers {
		for _, id := range viewer.Saw {
			before.add(id, viewer.ClientID)
		}
		after.add(f.Survivor.ClientID, viewer.ClientID)
	}
	return before, after
}

// Seen returns the viewers of the clients before and after the undoing, as far as it
// changes them; changes are those of the viewers' edges.
func (u *Unfold) Seen(changes []Repointing) (before, after Viewership) {
	before, after = Viewership{}, Viewership{}
	after.addAmong(append([]*client.Client{u.After}, u.Back...))
	for _, change := range changes {
		for _, id := range change.Drop {
			before.add(id, change.ViewerIDs...)
		}
		for _, id := range change.Add {
			after.add(id, change.ViewerIDs...)
		}
	}
	return before, after
}

// Moved returns the changes of the neighbours' edges by the merge.
func (f *Fold) Moved() []MovedEdges {
	m, survivor := moves{}, f.Survivor.ClientID
	for _, viewer := range f.Viewers {
		lost := slices.DeleteFunc(slices.Clone(viewer.Saw), func(id int64) bool { return id == survivor })
		var gained []int64
		if len(lost) == len(viewer.Saw) {
			gained = []int64{survivor}
		}
		m.viewer(viewer.ClientID, gained, lost)
	}
	for _, c := range f.Folded {
		for _, id := range c.SubjectIDs {
			if !f.Among(id) {
				m.subject(id, c.ClientID, survivor)
			}
		}
	}
	return m.list()
}

// Moved returns the changes of the neighbours' edges by the undoing.
func (u *Unfold) Moved(changes []Repointing) []MovedEdges {
	m := moves{}
	for _, change := range changes {
		for _, viewer := range change.ViewerIDs {
			m.viewer(viewer, change.Add, change.Drop)
		}
	}
	among := map[int64]bool{u.Survivor.ClientID: true}
	for _, c := range u.Back {
		among[c.ClientID] = true
	}
	for _, c := range u.Back {
		for _, id := range c.SubjectIDs {
			if !among[id] {
				m.subject(id, c.ClientID, u.Survivor.ClientID)
			}
		}
	}
	return m.list()
}
