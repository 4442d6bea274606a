// Package limit bounds the requests of callers: their size, shape, cost, rate, and number
// at once. Budgets are those of one process: each further process gives a caller another
// one.
package limit

import (
	"sync"
	"time"
)

// Budget is a rate for each principal: Burst times at once, and one time more every
// Every.
type Budget struct {
	Burst int
	Every time.Duration
}

// Lookups is the budget for queries that reveal whether something hidden exists: 30 a
// minute, 10 at once. It suffices for a person who fills in a form, but not for trying a
// list of addresses.
func Lookups() Budget { return Budget{Burst: 10, Every: 2 * time.Second} }

// maxPrincipals bounds the principals in one generation.
const maxPrincipals = 10_000

// Rate limits principals to a budget, each with a token bucket. It is safe for concurrent
// use and implements reading.Limiter.
//
// A bucket that was not used for the time that it takes to fill is full, like that of a
// new principal, so it need not be stored. Buckets are in two generations: when the newer
// one is that old, or has maxPrincipals, it replaces the older one, which is dropped.
// Only with more principals than that at once could a budget be renewed early.
type Rate struct {
	budget Budget
	now    func() time.Time

	mu sync.Mutex
	// newer and older have, for each principal, when its bucket is full again.
	newer, older map[string]time.Time
	// began is when newer began.
	began time.Time
}

// NewRate returns a limiter with that budget and clock.
func NewRate(budget Budget, now func() time.Time) *Rate {
	return &Rate{budget: budget, now: now, newer: map[string]time.Time{}, older: map[string]time.Time{}, began: now()}
}

// Take implements reading.Limiter.
func (r *Rate) Take(principal string) (wait time.Duration, ok bool) { return r.TakeMany(principal, 1) }

// TakeMany is Take for several times at once: all or none. More than a burst is never
// allowed.
func (r *Rate) TakeMany(principal string, many int64) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, whole := r.now(), time.Duration(r.budget.Burst)*r.budget.Every
	if now.Sub(r.began) >= whole || len(r.newer) >= maxPrincipals {
		r.older, r.newer, r.began = r.newer, map[string]time.Time{}, now
	}
	full, known := r.newer[principal]
	if !known {
		full = r.older[principal]
	}
	if full.Before(now) {
		full = now
	}
	full = full.Add(time.Duration(many) * r.budget.Every)
	if wait = full.Sub(now) - whole; wait > 0 {
		return wait, false
	}
	r.newer[principal] = full
	return 0, true
}
