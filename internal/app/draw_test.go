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
	if d.kind != deedCreate {
		d.key = key
		p.shared[key] = d
	}
	return d
}

func (p *play) drawOne(writer, n int) deed {
	d := deed{slot: rand.IntN(slots)}
	if p.keyed && p.taken[d.slot].CompareAndSwap(false, true) {
		d.kind, d.subjects = deedCreate, p.drawSubjects(d.slot)
		return d
	}
	if p.ids[d.slot].Load() == nil {
		d.slot = rand.IntN(founders)
	}
	if seen := p.seen[d.slot].Load(); rand.IntN(3) == 0 {
		d.expected = seen
	}
	switch rand.IntN(12) {
	case 0, 1:
		return deed{kind: deedRead, slot: d.slot}
	case 2:
		return deed{kind: deedReport}
	case 3, 4, 5:
		d.kind, d.city = deedPatch, fmt.Sprintf("city %d of writer %d", n, writer)
	case 6, 7, 8:
		d.kind, d.subjects = deedViews, p.drawSubjects(d.slot)
	case 9, 10:
		d.kind = deedRestore
	default:
		d.kind = deedDelete
	}
	return d
}

// drawSubjects are some of the clients whose ids are known, but for the viewer.
func (p *play) drawSubjects(viewer int) uint8 {
	var subjects uint8
	for slot := range slots {
		if slot != viewer && p.ids[slot].Load() != nil && rand.IntN(2) == 0 {
			subjects |= 1 << slot
		}
	}
	return subjects
}
