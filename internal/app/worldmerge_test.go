package app_test

import (
	"slices"
	"strings"
)

// notUnmergeable is the code for a merge that was undone, and whose clients were
// erased since: the journal of it may be purged already.
const notUnmergeable = "NOT_FOUND or ALREADY_UNMERGED"

// merger is what a merge leaves, for it to be undone.
type merger struct {
	id       int64
	survivor int
	folded   slotSet
	// city and subjects are the survivor's, before the merge and after it.
	cityBefore, cityAfter         string
	subjectsBefore, subjectsAfter slotSet
	// saw says of each viewer whose edges were moved which of the clients it saw.
	saw [slots]slotSet
	// madeViewers and madeSubjects are the other ends of edges of the survivor that
	// somebody made since the merge: nothing of these goes back.
	madeViewers, madeSubjects slotSet
	undone, erased            bool
}

func (m *merger) family() slotSet { return m.folded | only(m.survivor) }

// root is the slot whose client a slot's id leads to.
func (w world) root(slot int) int {
	for w.people[slot].heir != 0 {
		slot = w.people[slot].heir - 1
	}
	return slot
}

// merge folds clients into one.
func (w world) merge(d deed, id int64) (world, told) {
	n := slices.IndexFunc(w.merges[:], func(m merger) bool { return m.folded == 0 })
	m := merger{id: id, survivor: d.slot, folded: d.subjects}
	var refused []string
	for i := range w.people {
		if m.family().has(i) {
			refused = append(refused, w.refusal(i, false))
		}
	}
	if code := codes(refused); code != "" {
		return w, told{code: code}
	}
	for i := range w.people {
		p := &w.people[i]
		if m.family().has(i) || p.version == 0 || p.heir != 0 || p.subjects&m.folded == 0 {
			continue
		}
		m.saw[i] = p.subjects & m.family()
		p.subjects = p.subjects&^m.folded | only(d.slot)
	}
	survivor := &w.people[d.slot]
	m.cityBefore, m.subjectsBefore = survivor.city, survivor.subjects
	for i := range w.people {
		if !m.folded.has(i) {
			continue
		}
		folded := &w.people[i]
		if survivor.city == "" {
			survivor.city = folded.city
		}
		survivor.subjects |= folded.subjects
		folded.version++
		folded.heir = d.slot + 1
	}
	survivor.subjects &^= m.family()
	survivor.version++
	m.cityAfter, m.subjectsAfter = survivor.city, survivor.subjects
	w.merges[n] = m
	t := w.tell(d.slot)
	t.merge = id
	return w, t
}

// unmerge gives back what a merge took, as far as nobody changed it since.
func (w world) unmerge(d deed) (world, told) {
	n := slices.IndexFunc(w.merges[:], func(m merger) bool { return m.folded != 0 && m.id == d.merge })
	if n < 0 {
		return w, told{code: "NOT_FOUND"}
	}
	m := &w.merges[n]
	survivor := w.people[m.survivor]
	later := func(one merger) bool { return one.folded != 0 && !one.undone && one.survivor == m.survivor }
	switch {
	case m.erased && m.undone:
		return w, told{code: notUnmergeable}
	case m.erased:
		return w, told{code: "NOT_FOUND"}
	case m.undone:
		return w, told{code: "ALREADY_UNMERGED"}
	case survivor.heir != 0:
		return w, told{code: "MERGE_NOT_LATEST"}
	case survivor.deleted:
		return w, told{code: "CLIENT_DELETED"}
	case slices.ContainsFunc(w.merges[n+1:], later):
		return w, told{code: "MERGE_NOT_LATEST"}
	case d.expected != 0 && d.expected != survivor.version:
		return w, w.conflict(m.survivor)
	case w.mergedSince(n):
		return w, told{code: "MERGE_NOT_LATEST"}
	case survivor.city != m.cityAfter && survivor.city != m.cityBefore && m.cityAfter != m.cityBefore:
		return w, told{code: "UNMERGE_CONFLICT"}
	}
	m.undone = true
	next := w.unfold(*m)
	return next, next.tell(m.survivor)
}

// mergedSince says whether one of those whom the clients of a merge saw, or who saw
// them, was merged into another client since, or others into it. Whom the survivor
// saw matters where the merge changed that: nothing else of it is given back.
func (w world) mergedSince(n int) bool {
	m, neighbours := w.merges[n], slotSet(0)
	if m.subjectsAfter != m.subjectsBefore {
		neighbours = m.subjectsBefore
	}
	for i, p := range w.people {
		if m.folded.has(i) {
			neighbours |= p.subjects
		}
		if m.saw[i] != 0 {
			neighbours |= only(i)
		}
	}
	for i, p := range w.people {
		if neighbours.has(i) && p.heir != 0 && w.root(i) != m.survivor {
			return true
		}
	}
	return slices.ContainsFunc(w.merges[n+1:], func(later merger) bool {
		return later.folded != 0 && !later.undone && !later.erased && neighbours.has(later.survivor)
	})
}

// made remembers the edges that a viewer was given, in the merges of both ends.
func (w *world) made(viewer int, subjects slotSet) {
	for i := range w.merges {
		m := &w.merges[i]
		if m.folded == 0 || m.undone {
			continue
		}
		if m.survivor == viewer {
			m.madeSubjects |= subjects
		}
		if subjects.has(m.survivor) {
			m.madeViewers |= only(viewer)
		}
	}
}

// unfold undoes a merge that can be undone.
func (w world) unfold(m merger) world {
	next := w
	survivor := &next.people[m.survivor]
	seen := survivor.subjects &^ m.madeSubjects
	if m.cityAfter != m.cityBefore && survivor.city == m.cityAfter {
		survivor.city = m.cityBefore
	}
	if m.subjectsAfter != m.subjectsBefore {
		survivor.subjects &^= m.subjectsAfter &^ m.subjectsBefore &^ m.madeSubjects
		survivor.subjects |= m.subjectsBefore & m.family()
	}
	survivor.version++
	for i := range w.people {
		p := &next.people[i]
		if m.folded.has(i) {
			p.heir = 0
			p.version++
			p.subjects &= m.family() | seen
		}
		if m.saw[i] == 0 || !p.subjects.has(m.survivor) || m.madeViewers.has(i) {
			continue
		}
		saw := m.saw[i] &^ only(m.survivor)
		if saw == m.saw[i] {
			p.subjects &^= only(m.survivor)
		}
		p.subjects |= saw
	}
	return next
}

// erase removes a client, and those who were merged into it. Those who may view
// them, and whom they could view, change for it later.
func (w world) erase(slot int) (world, told) {
	var t told
	w.pendingSubjects[slot] = w.people[slot].subjects
	for i, p := range w.people {
		if p.version > 0 && w.root(i) == slot {
			t.erased |= only(i)
		}
	}
	for i := range w.people {
		if t.erased.has(i) {
			w.people[i] = person{}
		}
	}
	for i := range w.merges {
		if w.merges[i].family()&t.erased != 0 && w.merges[i].folded != 0 {
			w.merges[i].erased = true
		}
	}
	return w, t
}

// purges are the worlds that this one may become by what servers do by themselves
// after erasures, amid what callers do: they end the edges of those who may view an
// erased client, or whom it could view, one after the other. This one is the first
// of them.
func (w world) purges() []world {
	all := []world{w}
	for erased, pendingSubjects := range w.pendingSubjects {
		if w.people[erased].version != 0 {
			continue
		}
		for i, p := range w.people {
			if !p.subjects.has(erased) && !pendingSubjects.has(i) {
				continue
			}
			for _, one := range all[:len(all):len(all)] {
				one.pendingSubjects[erased] &^= only(i)
				one.people[i].subjects &^= only(erased)
				if p.version > 0 {
					one.people[i].version++
				}
				all = append(all, one)
			}
		}
	}
	return all
}

// dangling says whether something is left to do after an erasure.
func (w world) dangling() bool { return len(w.purges()) > 1 }

// codes are those that are there, each once.
func codes(found []string) string {
	found = slices.DeleteFunc(slices.Clone(found), func(code string) bool { return code == "" })
	slices.Sort(found)
	return strings.Join(slices.Compact(found), ",")
}
