package client

import (
	"context"
	"encoding/json"
	"fmt"
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

// seers are who may see which of some clients, by the client that is seen.
type seers map[int64][]int64

// add tells that viewers see a client.
func (s seers) add(id int64, viewers ...int64) { s[id] = append(s[id], viewers...) }

// addAmong tells of those of the clients who see others of them.
func (s seers) addAmong(clients []*Client) {
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

// changes are what history tells of who sees a client, from the one to the other.
func (s seers) changes(id int64, after seers) []Change {
	return idChanges(pathViewer, sortedSet(s[id]), sortedSet(after[id]))
}

// seen is who may see the clients before the merge and after it, as far as that
// changes.
func (f *folding) seen() (before, after seers) {
	before, after = seers{}, seers{}
	before.addAmong(f.all())
	for _, viewer := range f.viewers {
		for _, id := range viewer.Saw {
			before.add(id, viewer.ClientID)
		}
		after.add(f.survivor.ClientID, viewer.ClientID)
	}
	return before, after
}

// seen is who may see the clients before the merge is undone and after, as far as
// that changes; changes are what becomes of the viewers' edges.
func (u *unfolding) seen(changes []Repointing) (before, after seers) {
	before, after = seers{}, seers{}
	after.addAmong(append([]*Client{u.after}, u.back...))
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

// withoutSubjects is the client as history tells of one that is part of another:
// its record keeps whom it may see, for the day that the merge is undone, but the
// edges are the survivor's.
func (c *Client) withoutSubjects() *Client {
	same := *c
	same.SubjectIDs = nil
	return &same
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

// loadMade finds the edges of the survivor that somebody made since the merge: its
// history names them. An undone merge of later names only those that it gives
// back.
func (u *unmerging) loadMade(ctx context.Context) error {
	j := u.unfold.journal
	var report MergeReport
	if err := json.Unmarshal(j.Report, &report); err != nil {
		return fmt.Errorf("read the report of a merge: %w", err)
	}
	i := slices.IndexFunc(report.Versions, func(v VersionOf) bool { return v.ClientID == j.ClientID })
	entries, err := u.tx.History(ctx, []int64{j.ClientID}, report.Versions[i].Version+1, 0)
	if err != nil {
		return fmt.Errorf("find what changed since a merge: %w", err)
	}
	u.unfold.made = map[string]bool{}
	for _, entry := range entries {
		if entry.Operation == OperationMerge || entry.Operation == OperationUnmerge {
			continue
		}
		for _, change := range entry.Changes {
			if change.neighbour() != 0 && change.After != nil {
				u.unfold.made[change.Path] = true
			}
		}
	}
	return nil
}
