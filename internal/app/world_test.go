package app_test

import (
	"fmt"
	"strings"
)

// slots is how many clients a world has at most: few, so that writers meet.
const slots = 6

// sharedKeys is how many idempotency keys of a world are used more than once.
const sharedKeys = 4

// The kinds of deeds.
const (
	deedRead    = "read"    // one client
	deedReport  = "report"  // all clients, of one moment
	deedSurvey  = "survey"  // all clients and their edges, when nobody writes
	deedCreate  = "create"  // with the subjects that the new client may view
	deedPatch   = "patch"   // its city
	deedViews   = "views"   // the subjects that it may view
	deedDelete  = "delete"  // softly
	deedRestore = "restore" // what was deleted
)

// deed is something asked of the API, about the client of a slot.
type deed struct {
	kind string
	slot int
	city string
	// subjects has a bit for each slot.
	subjects uint8
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

// person is one client as an answer tells of it, and as the model keeps it. The
// zero value is none.
type person struct {
	version int64
	deleted bool
	city    string
	// subjects are whom it may view; an answer shows those only that are not
	// deleted.
	subjects uint8
}

// told is the answer to a deed.
type told struct {
	// unknown says that nobody knows whether it was done.
	unknown bool
	// code is that of the userError or of the error, empty for success.
	code string
	// person is the record of the answer.
	person person
	// people are those of a report or a survey.
	people [slots]person
}

// kept is what was done under a shared key.
type kept struct {
	deed deed
	told told
}

// world is a business as the contract of the API makes it: the sequential
// specification that histories are held against. It is a value, so that states
// are compared with ==.
type world struct {
	people [slots]person
	kept   [sharedKeys + 1]kept
}

// apply does a deed, and returns the world after it and what it answers.
func (w world) apply(d deed) (world, told) {
	switch d.kind {
	case deedRead:
		return w, told{person: w.people[d.slot].brief()}
	case deedReport, deedSurvey:
		t := told{}
		for i, p := range w.people {
			t.people[i] = p.brief()
			if d.kind == deedSurvey {
				t.people[i].subjects = p.subjects & w.live()
			}
		}
		return w, t
	}
	if before := w.kept[d.key]; d.key > 0 && before.deed.kind != "" {
		if before.deed != d {
			return w, told{code: "IDEMPOTENCY_KEY_REUSED"}
		}
		return w, before.told
	}
	next, t := w.write(d)
	if d.key > 0 && t.code == "" {
		next.kept[d.key] = kept{d, t}
	}
	return next, t
}

// write does a deed that changes a client.
func (w world) write(d deed) (world, told) {
	before := w.people[d.slot]
	deletes := d.kind == deedDelete || d.kind == deedRestore
	switch {
	case d.kind == deedCreate:
		before = person{}
	case before.version == 0:
		return w, told{code: "NOT_FOUND"}
	case before.deleted && !deletes:
		return w, told{code: "CLIENT_DELETED"}
	case d.expected != 0 && d.expected != before.version:
		return w, told{code: "VERSION_CONFLICT", person: before.brief()}
	}
	after := before
	switch d.kind {
	case deedPatch:
		after.city = d.city
	case deedDelete, deedRestore:
		after.deleted = d.kind == deedDelete
	case deedViews, deedCreate:
		if d.subjects&^w.live() != 0 {
			return w, told{code: "NOT_FOUND"}
		}
		// Edges to deleted clients are not shown, so they stay.
		after.subjects = before.subjects&^w.live() | d.subjects
		for i := range w.people {
			if (before.subjects^after.subjects)&(1<<i) != 0 {
				w.people[i].version++
			}
		}
	}
	if after != before || d.kind == deedCreate {
		after.version++
	}
	w.people[d.slot] = after
	return w, told{person: after.brief()}
}

// live has a bit for each client that is there and not deleted.
func (w world) live() uint8 {
	var live uint8
	for i, p := range w.people {
		if p.version > 0 && !p.deleted {
			live |= 1 << i
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

func (d deed) String() string {
	text := fmt.Sprintf("%s %d", d.kind, d.slot)
	if d.city != "" {
		text += " city " + d.city
	}
	if d.kind == deedViews || d.kind == deedCreate {
		text += fmt.Sprintf(" subjects %0*b", slots, d.subjects)
	}
	if d.expected != 0 {
		text += fmt.Sprintf(" expecting %d", d.expected)
	}
	if d.key != 0 {
		text += fmt.Sprintf(" with key %d", d.key)
	}
	return text
}

func (t told) String() string {
	var parts []string
	if t.unknown {
		parts = append(parts, "nobody knows")
	}
	if t.code != "" {
		parts = append(parts, t.code)
	}
	if t.person.version != 0 {
		parts = append(parts, t.person.String())
	}
	for i, p := range t.people {
		if p.version != 0 {
			parts = append(parts, fmt.Sprintf("%d: %v", i, p))
		}
	}
	return strings.Join(parts, ", ")
}

func (p person) String() string {
	text := fmt.Sprintf("version %d city %q", p.version, p.city)
	if p.deleted {
		text += " deleted"
	}
	if p.subjects != 0 {
		text += fmt.Sprintf(" subjects %0*b", slots, p.subjects)
	}
	return text
}
