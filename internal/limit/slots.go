package limit

import (
	"context"
	"sync"
	"time"
)

// Turn is the result of asking for a slot.
type Turn int

const (
	// TurnTaken is a slot, which must be given back.
	TurnTaken Turn = iota
	// TurnBusy says that the server is overloaded, or that the wait was too long. It may
	// be better later.
	TurnBusy
	// TurnOwn says that the principal itself has as many running and waiting requests as
	// it may have.
	TurnOwn
)

// Slots bounds what runs at once, and shares it fairly. A free slot goes to the business
// with the fewest running, and within it to the principal with the fewest; among equals,
// to the one that has waited longest. When the queue is full, a newcomer takes the place
// of the last request of the principal with the most waiting, in the business with the
// most waiting. A principal has at most half of all slots, so that another finds a free
// one. It is safe for concurrent use.
type Slots struct {
	// own bounds the slots of one principal, waiting the queue, and patience the time in
	// it.
	own, waiting int
	patience     time.Duration

	mu         sync.Mutex
	slots      int
	free       int
	queued     int
	businesses map[string]*tenant
	arrivals   int64
	// spareTenants and spareHolders are unused ones, kept for reuse.
	spareTenants []*tenant
	spareHolders []*holder
}

// mostSpare bounds the unused ones that are kept.
const mostSpare = 64

// tenant is a business with running or waiting requests.
type tenant struct {
	running, queued int
	principals      map[string]*holder
}

// holder is a principal with running or waiting requests.
type holder struct {
	business, principal string
	running             int
	// queue are its waiting requests in the order of their arrival.
	queue []*waiter
}

// place identifies a place in the queue by its principal.
type place struct {
	t *tenant
	h *holder
}

type waiter struct {
	arrival int64
	turn    chan Turn
}

// NewSlots returns that many slots and places in the queue, each for patience at most.
func NewSlots(slots, waiting int, patience time.Duration) *Slots {
	return &Slots{own: (slots + 1) / 2, waiting: waiting, patience: patience, slots: slots, free: slots, businesses: map[string]*tenant{}}
}

// Busy says whether a request of the principal would be refused at once now. It is asked
// before anything of a request is read.
func (s *Slots) Busy(business, principal string) Turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, h := s.find(business, principal)
	if s.free > 0 && (h == nil || h.running < s.own) {
		return TurnTaken
	}
	_, turn := s.room(t, h)
	return turn
}

// Taken returns how many slots are taken, and how many requests wait.
func (s *Slots) Taken() (running, waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slots - s.free, s.queued
}

// room says whether there is a place in the queue for a principal. gives is the place
// that another principal must give up for it.
func (s *Slots) room(t *tenant, h *holder) (gives *place, turn Turn) {
	if s.queued < s.waiting {
		return nil, TurnTaken
	}
	of, most := s.longest()
	if of != nil && of != t && (t == nil || of.queued > t.queued+1) {
		return &place{of, most}, TurnTaken
	}
	own := 0
	if h != nil {
		own = len(h.queue)
	}
	if t != nil {
		// Its own business has its share, so another principal of it must give up a
		// place.
		if most := t.longest(); most != nil && len(most.queue) > own+1 {
			return &place{t, most}, TurnTaken
		}
	}
	if own > 0 {
		return nil, TurnOwn
	}
	return nil, TurnBusy
}

// Enter waits for a slot. leave gives it back, and may be called several times.
func (s *Slots) Enter(ctx context.Context, business, principal string) (leave func(), turn Turn) {
	s.mu.Lock()
	t, h := s.find(business, principal)
	if s.free > 0 && (h == nil || h.running < s.own) {
		s.take(business, principal)
		s.mu.Unlock()
		return s.leaver(business, principal), TurnTaken
	}
	gives, turn := s.room(t, h)
	if turn != TurnTaken {
		s.mu.Unlock()
		return nil, turn
	}
	if gives != nil {
		s.turnAway(gives)
	}
	w := s.queue(business, principal)
	s.mu.Unlock()

	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	select {
	case turn = <-w.turn:
	case <-timer.C:
		turn = s.giveUp(business, principal, w)
	case <-ctx.Done():
		turn = s.giveUp(business, principal, w)
	}
	if turn != TurnTaken {
		return nil, turn
	}
	return s.leaver(business, principal), TurnTaken
}

// giveUp ends waiting. A turn that came at the same moment is taken.
func (s *Slots) giveUp(business, principal string, w *waiter) Turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case turn := <-w.turn:
		return turn
	default:
	}
	t, h := s.find(business, principal)
	for i, other := range h.queue {
		if other == w {
			h.queue = append(h.queue[:i:i], h.queue[i+1:]...)
			s.queued--
			t.queued--
			break
		}
	}
	own := h.running > 0 || len(h.queue) > 0
	s.forget(business, principal)
	if own {
		return TurnOwn
	}
	return TurnBusy
}

func (s *Slots) leaver(business, principal string) func() {
	left := false
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if left {
			return
		}
		left = true
		s.free++
		t := s.businesses[business]
		t.running--
		t.principals[principal].running--
		s.forget(business, principal)
		s.next()
	}
}

// next gives free slots to waiting requests.
func (s *Slots) next() {
	for s.free > 0 {
		business, principal, h := s.fairest()
		if h == nil {
			return
		}
		w := h.queue[0]
		h.queue = h.queue[1:]
		s.queued--
		s.businesses[business].queued--
		s.take(business, principal)
		w.turn <- TurnTaken
	}
}

// fairest returns the principal that gets the next slot; nil if no waiting principal may
// have another one.
func (s *Slots) fairest() (business, principal string, found *holder) {
	var of *tenant
	for name, t := range s.businesses {
		for who, h := range t.principals {
			if len(h.queue) == 0 || h.running >= s.own {
				continue
			}
			if found == nil || before(t, h, of, found) {
				business, principal, of, found = name, who, t, h
			}
		}
	}
	return business, principal, found
}

// before says whether one principal gets its slot before another.
func before(t *tenant, h *holder, other *tenant, o *holder) bool {
	if t != other && t.running != other.running {
		return t.running < other.running
	}
	if h.running != o.running {
		return h.running < o.running
	}
	return h.queue[0].arrival < o.queue[0].arrival
}

// longest returns the business with the most waiting requests, and its principal with the
// most; nil if none waits. A business with many users who wait once each floods the
// server as much as one user who waits often.
func (s *Slots) longest() (*tenant, *holder) {
	var of *tenant
	for _, t := range s.businesses {
		if t.queued > 0 && (of == nil || t.queued > of.queued) {
			of = t
		}
	}
	if of == nil {
		return nil, nil
	}
	most := of.longest()
	return of, most
}

// longest returns the business's principal with the most waiting requests; among equals,
// the one that came last; nil if none waits.
func (t *tenant) longest() *holder {
	var most *holder
	for _, h := range t.principals {
		n := len(h.queue)
		if n > 0 && (most == nil || n > len(most.queue) || n == len(most.queue) && h.last() > most.last()) {
			most = h
		}
	}
	return most
}

// last is when the last waiting request came.
func (h *holder) last() int64 { return h.queue[len(h.queue)-1].arrival }

// turnAway refuses the last waiting request of a principal. If the principal has several
// waiting, the reason is its own requests, otherwise the server's load.
func (s *Slots) turnAway(of *place) {
	h := of.h
	last := len(h.queue) - 1
	turn := TurnOwn
	if last == 0 && h.running == 0 {
		turn = TurnBusy
	}
	h.queue[last].turn <- turn
	h.queue = h.queue[:last]
	s.queued--
	of.t.queued--
	s.forget(h.business, h.principal)
}

func (s *Slots) find(business, principal string) (*tenant, *holder) {
	t := s.businesses[business]
	if t == nil {
		return nil, nil
	}
	return t, t.principals[principal]
}

// holder returns a principal, and adds it if it is new.
func (s *Slots) holder(business, principal string) (*tenant, *holder) {
	t := s.businesses[business]
	if t == nil {
		if t = taken(&s.spareTenants); t == nil {
			t = &tenant{principals: map[string]*holder{}}
		}
		s.businesses[business] = t
	}
	h := t.principals[principal]
	if h == nil {
		if h = taken(&s.spareHolders); h == nil {
			h = &holder{}
		}
		h.business, h.principal = business, principal
		t.principals[principal] = h
	}
	return t, h
}

func (s *Slots) take(business, principal string) {
	t, h := s.holder(business, principal)
	s.free--
	t.running++
	h.running++
}

func (s *Slots) queue(business, principal string) *waiter {
	t, h := s.holder(business, principal)
	s.arrivals++
	// With room for the one result, sending it never blocks.
	w := &waiter{arrival: s.arrivals, turn: make(chan Turn, 1)}
	h.queue = append(h.queue, w)
	s.queued++
	t.queued++
	return w
}

// forget removes a principal without running and waiting requests.
func (s *Slots) forget(business, principal string) {
	t := s.businesses[business]
	if h := t.principals[principal]; h.running == 0 && len(h.queue) == 0 {
		delete(t.principals, principal)
		if len(s.spareHolders) < mostSpare {
			*h = holder{}
			s.spareHolders = append(s.spareHolders, h)
		}
	}
	if len(t.principals) == 0 {
		delete(s.businesses, business)
		if len(s.spareTenants) < mostSpare {
			s.spareTenants = append(s.spareTenants, t)
		}
	}
}

// taken takes the last of the spare ones; nil if there is none.
func taken[T any](spare *[]*T) *T {
	last := len(*spare) - 1
	if last < 0 {
		return nil
	}
	one := (*spare)[last]
	*spare = (*spare)[:last]
	return one
}
