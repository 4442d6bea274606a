package app_test

import (
	"fmt"
	"math/rand/v2"
)

// draw is a deed at random.
func (p *play) draw(writer, n int) deed {
	d := p.drawOne(writer, n)
	if d.reads() || rand.IntN(4) > 0 {
		return d
	}
	// By a key that others use as well: mostly for what they use it for.
	key := 1 + rand.IntN(sharedKeys)
	p.mu.Lock()
	defer p.mu.Unlock()
	if shared := p.shared[key]; shared.kind != "" && rand.IntN(4) > 0 {
		return shared
	}
	// A merge that is never answered has an id that nobody knows, and an answer
	// that goes with an erased client is not kept.
	if d.kind != deedCreate && !d.mayVanish() && !(d.kind == deedMerge && p.keyed) {
		d.key = key
		p.shared[key] = d
	}
	return d
}

func (p *play) drawOne(writer, n int) deed {
	d := deed{slot: rand.IntN(slots), city: fmt.Sprintf("city %d of writer %d", n, writer)}
	if d.slot >= founders+creatables && rand.IntN(2) == 0 {
		d.kind = deedUpsert
		return d
	}
	if d.slot < founders+creatables && p.taken[d.slot].CompareAndSwap(false, true) {
		return deed{kind: deedCreate, slot: d.slot, subjects: p.drawSubjects(d.slot)}
	}
	if p.ids[d.slot].Load() == nil {
		d.slot = rand.IntN(founders)
	}
	if seen := p.seen[d.slot].Load(); rand.IntN(3) == 0 {
		d.expected = seen
	}
	return p.drawChange(d)
}

// drawChange is what is done to a client that is there.
func (p *play) drawChange(d deed) deed {
	city := d.city
	d.city = ""
	mayLeave := d.slot < founders+creatables
	switch one := rand.IntN(24); {
	case one < 4:
		return deed{kind: deedRead, slot: d.slot}
	case one < 6:
		return deed{kind: deedReport}
	case one < 10:
		d.kind, d.city = deedPatch, city
	case one < 15:
		d.kind, d.subjects = deedViews, p.drawSubjects(d.slot)
	case one < 18:
		return p.drawMerge(d.slot)
	case one < 20:
		return p.drawUnmerge(d)
	case one < 21 && erasable.has(d.slot):
		d.kind, d.expected = deedErase, p.seen[d.slot].Load()
	case one < 22 && mayLeave:
		d.kind = deedDelete
	default:
		d.kind = deedRestore
	}
	return d
}

// drawMerge folds one or two others into the slot's client, while merges are left.
func (p *play) drawMerge(slot int) deed {
	d := deed{kind: deedMerge, slot: slot}
	for range 1 + rand.IntN(2) {
		other := rand.IntN(founders + creatables)
		if other != slot && p.ids[other].Load() != nil && (!erasable.has(slot) || erasable.has(other)) {
			d.subjects |= only(other)
		}
	}
	if d.subjects == 0 || p.merged.Add(1) > maxMerges {
		return p.drawUnmerge(d)
	}
	return d
}

// drawUnmerge undoes a merge that is known, most often the latest.
func (p *play) drawUnmerge(d deed) deed {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.merges) == 0 {
		return deed{kind: deedRead, slot: d.slot}
	}
	n := len(p.merges) - 1
	if rand.IntN(3) == 0 {
		n = rand.IntN(len(p.merges))
	}
	undo := p.merges[n]
	if rand.IntN(4) == 0 {
		undo.expected = p.seen[undo.slot].Load()
	}
	return undo
}

// drawSubjects are some of the clients whose ids are known, but for the viewer.
func (p *play) drawSubjects(viewer int) slotSet {
	var subjects slotSet
	for slot := range slots {
		if slot != viewer && p.ids[slot].Load() != nil && rand.IntN(2) == 0 {
			subjects |= only(slot)
		}
	}
	return subjects
}
