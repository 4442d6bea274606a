package clientsync

import (
	"context"
	"slices"
	"sync"
)

// readingsAtOnce is how many reads for subscriptions a process runs at once. One write
// wakes all watchers of a business; if all of them read at once, no database connection
// would be left for requests.
const readingsAtOnce = 4

// turns bounds the reads that run at once for subscriptions. A turn goes to the business
// with the fewest reads running; among equals, to the one that has waited longest.
type turns struct {
	mu       sync.Mutex
	free     int
	arrivals int64
	of       map[int64]*queue
}

// queue has the reads of one business.
type queue struct {
	running int
	waiters []*waiter
}

type waiter struct {
	arrival int64
	turn    chan struct{}
}

func newTurns(most int) *turns { return &turns{free: most, of: map[int64]*queue{}} }

// take waits for a turn of a business; release gives it back. Error: that of ctx.
func (t *turns) take(ctx context.Context, business int64) (release func(), err error) {
	t.mu.Lock()
	q := t.of[business]
	if q == nil {
		q = &queue{}
		t.of[business] = q
	}
	t.arrivals++
	w := &waiter{t.arrivals, make(chan struct{})}
	q.waiters = append(q.waiters, w)
	t.next()
	t.mu.Unlock()
	release = sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.free++
		q.running--
		t.forget(business)
		t.next()
	})
	select {
	case <-w.turn:
		return release, nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	i := slices.Index(q.waiters, w)
	if i >= 0 {
		q.waiters = slices.Delete(q.waiters, i, i+1)
		t.forget(business)
	}
	t.mu.Unlock()
	if i < 0 {
		// The turn was given at the same moment.
		release()
	}
	return nil, ctx.Err()
}

// next gives free turns to waiting reads.
func (t *turns) next() {
	for t.free > 0 {
		var to *queue
		for _, q := range t.of {
			if len(q.waiters) > 0 && (to == nil || q.before(to)) {
				to = q
			}
		}
		if to == nil {
			return
		}
		w := to.waiters[0]
		to.waiters = slices.Delete(to.waiters, 0, 1)
		to.running++
		t.free--
		close(w.turn)
	}
}

func (q *queue) before(other *queue) bool {
	if q.running != other.running {
		return q.running < other.running
	}
	return q.waiters[0].arrival < other.waiters[0].arrival
}

func (t *turns) forget(business int64) {
	if q := t.of[business]; q != nil && q.running == 0 && len(q.waiters) == 0 {
		delete(t.of, business)
	}
}
