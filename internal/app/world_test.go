package app_test

import "strings"

// slots is how many clients a world has at most: few, so that writers meet.
const slots = 8

// The slots differ in how their clients come and go, for a name to mean one
// client: founders are there from the beginning, the next are created, and the
// last are upserted, and never deleted, erased or folded into others.
const (
	founders   = 4
	creatables = 2
)

// sharedKeys is how many idempotency keys of a world are used more than once.
const sharedKeys = 4

// maxMerges is how many merges a world sees at most.
const maxMerges = 6

// slotSet has a bit for each slot.
type slotSet uint16

func only(slot int) slotSet { return 1 << slot }

func (s slotSet) has(slot int) bool { return s&only(slot) != 0 }

// erasable are the founders that may be erased. None of the others is ever folded
// into them, so that no other client ends with them.
const erasable = slotSet(1<<2 | 1<<3)

// The kinds of deeds.
const (
	deedRead    = "read"    // one client
	deedReport  = "report"  // all clients, of one moment
	deedSurvey  = "survey"  // all clients and their edges, when nothing is under way
	deedCreate  = "create"  // with the subjects that the new client may view
	deedUpsert  = "upsert"  // with its city
	deedPatch   = "patch"   // its city
	deedViews   = "views"   // the subjects that it may view
	deedDelete  = "delete"  // softly
	deedRestore = "restore" // what was deleted
	deedMerge   = "merge"   // others into it
	deedUnmerge = "unmerge" // what was merged
	deedErase   = "erase"   // with all that were merged into it
)

// deed is something asked of the API, about the client of a slot.
type deed struct {
	kind string
	slot int
	city string
	// subjects are those of an edge list, and those of a merge that are folded into
	// the slot's client.
	subjects slotSet
	// merge is the id of the merge to undo.
	merge int64
	// expected is the expectedVersion, 0 for none.
	expected int64
	// key is a shared idempotency key, from 1; 0 for none, or one of the deed's
	// own, which takes no part in what it means.
	key int
}

// reads says whether the deed changes nothing.
func (d deed) reads() bool {
	return d.kind == deedRead || d.kind == deedReport || d.kind == deedSurvey
}

// mayVanish says whether the deed's clients, and with them the answer that is
// kept for its key, may be erased.
func (d deed) mayVanish() bool {
	touched := only(d.slot)
	if d.kind == deedMerge || d.kind == deedUnmerge {
		touched |= d.subjects
	}
	return touched&erasable != 0
}

// person is one client as an answer tells of it, and as the model keeps it. The
// zero value is none.
type person struct {
	version int64
	deleted bool
	city    string
	// subjects are whom it may view; an answer shows those only that are not
	// deleted. Those of a client that was merged are as they were then.
	subjects slotSet
	// heir is the slot, from 1, that this one was merged into; 0 for none.
	heir int
}

// told is the answer to a deed.
type told struct {
	// unknown says that nobody knows whether it was done.
	unknown bool
	// code holds those of the userErrors, each once, empty for success.
	code string
	// person is the record of the answer, and of the slot that has its id, from 1.
	person person
	of     int
	// people are those of a report or a survey.
	people [slots]person
	// merge is the id of the merge that was done.
	merge int64
	// erased are the clients that are no more.
	erased slotSet
}

// matches says whether the answer is the one that the model wants.
func (t told) matches(want told) bool {
	if want.code == notUnmergeable {
		want.code = t.code
		return t == want && t.vanished()
	}
	return t == want
}

// vanished says whether the answer can be that of something which is no more: what
// was done by a key, to a client that was erased since, is CLIENT_ERASED.
func (t told) vanished() bool {
	return strings.Contains(t.code, "NOT_FOUND") || t.code == "ALREADY_UNMERGED" || t.code == "CLIENT_ERASED"
}

// kept is what was done under a shared key, and the parts of the answer that such
// a deed has.
type kept struct {
	deed   deed
	person person
	of     int
	merge  int64
}

// world is a business as the contract of the API makes it: the sequential
// specification that histories are held against. It is a value, so that states
// are compared with ==.
type world struct {
	people [slots]person
	merges [maxMerges]merger
	kept   [sharedKeys + 1]kept
	// pendingSubjects are those whom an erased client could view, and who have not changed
	// for it yet.
	pendingSubjects [slots]slotSet
}

// apply does a deed, and returns the world after it and what it answers; false
// when it can't be done in this world. Should it merge, that has this id.
func (w world) apply(d deed, merge int64) (world, told, bool) {
	switch d.kind {
	case deedRead:
		return w, w.tell(w.root(d.slot)), true
	case deedReport, deedSurvey:
		if d.kind == deedSurvey && w.dangling() {
			return w, told{}, false
		}
		t := told{}
		for i, p := range w.people {
			if p.heir != 0 {
				continue
			}
			t.people[i] = p.brief()
			if d.kind == deedSurvey {
				t.people[i].subjects = p.subjects & w.live()
			}
		}
		return w, t, true
	}
	if before := w.kept[d.key]; d.key > 0 && before.deed.kind != "" {
		if before.deed != d {
			return w, told{code: "IDEMPOTENCY_KEY_REUSED"}, true
		}
		return w, told{person: before.person, of: before.of, merge: before.merge}, true
	}
	next, t := w.write(d, merge)
	if d.key > 0 && t.code == "" {
		next.kept[d.key] = kept{d, t.person, t.of, t.merge}
	}
	return next, t, true
}

// write does a deed that changes a client.
func (w world) write(d deed, merge int64) (world, told) {
	switch d.kind {
	case deedCreate:
		w.people[d.slot] = person{}
		return w.put(d, person{})
	case deedUpsert:
		return w.put(d, w.people[d.slot])
	case deedMerge:
		return w.merge(d, merge)
	case deedUnmerge:
		return w.unmerge(d)
	}
	before := w.people[d.slot]
	code := w.refusal(d.slot, d.kind == deedDelete || d.kind == deedRestore || d.kind == deedErase)
	switch {
	case code != "":
		return w, told{code: code}
	case d.expected != 0 && d.expected != before.version:
		return w, w.conflict(d.slot)
	case d.kind == deedErase:
		return w.erase(d.slot)
	}
	return w.put(d, before)
}

// put brings what a deed gives into a client.
func (w world) put(d deed, before person) (world, told) {
	after := before
	switch d.kind {
	case deedPatch, deedUpsert:
		after.city = d.city
	case deedDelete, deedRestore:
		after.deleted = d.kind == deedDelete
	case deedViews, deedCreate:
		if code := w.refusals(d.subjects); code != "" {
			return w, told{code: code}
		}
		// Edges to deleted clients are not shown, so they stay.
		after.subjects = before.subjects&^w.live() | d.subjects
		for i := range w.people {
			if (before.subjects^after.subjects)&only(i) != 0 {
				w.people[i].version++
			}
		}
		w.made(d.slot, after.subjects&^before.subjects)
	}
	if after != before || before.version == 0 {
		after.version++
	}
	w.people[d.slot] = after
	return w, w.tell(d.slot)
}

// refusal is the code with which a deed about a client is refused, empty for none.
func (w world) refusal(slot int, deletedToo bool) string {
	switch p := w.people[slot]; {
	case p.version == 0:
		return "NOT_FOUND"
	case p.heir != 0:
		return "CLIENT_MERGED"
	case p.deleted && !deletedToo:
		return "CLIENT_DELETED"
	}
	return ""
}

// refusals are the codes with which an edge list with these subjects is refused.
func (w world) refusals(subjects slotSet) string {
	var found []string
	for i := range w.people {
		if subjects.has(i) && !w.live().has(i) {
			code := w.refusal(i, true)
			if code == "" {
				code = "NOT_FOUND"
			}
			found = append(found, code)
		}
	}
	return codes(found)
}

// tell answers with the record of a client.
func (w world) tell(slot int) told {
	p := w.people[slot]
	if p.version == 0 {
		return told{}
	}
	return told{person: p.brief(), of: slot + 1}
}

func (w world) conflict(slot int) told {
	t := w.tell(slot)
	t.code = "VERSION_CONFLICT"
	return t
}

// live has a bit for each client that is there and neither deleted nor merged.
func (w world) live() slotSet {
	var live slotSet
	for i, p := range w.people {
		if p.version > 0 && !p.deleted && p.heir == 0 {
			live |= only(i)
		}
	}
	return live
}

// brief is the person without its edges, which answers tell of at another
// moment than of the rest.
func (p person) brief() person {
	p.subjects = 0
	return p
}
