package client

import (
	"maps"
	"slices"
)

// moves collects what becomes of the edges between the clients of a merge and
// their neighbours, by neighbour.
type moves map[int64]*MovedEdges

func (m moves) of(id int64) *MovedEdges {
	if m[id] == nil {
		m[id] = &MovedEdges{ClientID: id}
	}
	return m[id]
}

// viewer tells whom a viewer gains and loses.
func (m moves) viewer(id int64, gained, lost []int64) {
	moved := m.of(id)
	moved.Gained, moved.Lost = sortedSet(slices.Concat(moved.Gained, gained)), sortedSet(slices.Concat(moved.Lost, lost))
	for _, other := range slices.Concat(gained, lost) {
		moved.Paths = append(moved.Paths, edgePath(pathSubject, other))
	}
}

// subject tells that those who may see a client are others now.
func (m moves) subject(id int64, viewers ...int64) {
	moved := m.of(id)
	for _, viewer := range viewers {
		moved.Paths = append(moved.Paths, edgePath(pathViewer, viewer))
	}
}

// list is all of it, by id.
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

// moved is what becomes of the neighbours' edges when the clients are one.
func (f *folding) moved() []MovedEdges {
	m, survivor := moves{}, f.survivor.ClientID
	for _, viewer := range f.viewers {
		lost := slices.DeleteFunc(slices.Clone(viewer.Saw), func(id int64) bool { return id == survivor })
		var gained []int64
		if len(lost) == len(viewer.Saw) {
			gained = []int64{survivor}
		}
		m.viewer(viewer.ClientID, gained, lost)
	}
	for _, c := range f.folded {
		for _, id := range c.SubjectIDs {
			if !f.among(id) {
				m.subject(id, c.ClientID, survivor)
			}
		}
	}
	return m.list()
}

// moved is what becomes of the neighbours' edges when the clients are several
// again.
func (u *unfolding) moved(changes []Repointing) []MovedEdges {
	m := moves{}
	for _, change := range changes {
		for _, viewer := range change.ViewerIDs {
			m.viewer(viewer, change.Add, change.Drop)
		}
	}
	among := map[int64]bool{u.survivor.ClientID: true}
	for _, c := range u.back {
		among[c.ClientID] = true
	}
	for _, c := range u.back {
		for _, id := range c.SubjectIDs {
			if !among[id] {
				m.subject(id, c.ClientID, u.survivor.ClientID)
			}
		}
	}
	return m.list()
}
