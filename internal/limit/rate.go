// Package limit bounds what callers may ask for in a time. Budgets are the
// process's own: several processes give a caller as many.
package limit

import (
	"sync"
	"time"
)

// Budget is how often each principal may do something: Burst times at once, and
// again one time every Every.
type Budget struct {
	Burst int
	Every time.Duration
}

// Lookups is the budget for asking whether something is there that the caller
// may not see: 30 a minute, 10 at once. It is enough for a form that somebody
// fills in, and too little to try out a list of addresses.
func Lookups() Budget { return Budget{Burst: 10, Every: 2 * time.Second} }

// maxPrincipals bounds how many principals one generation remembers.
const maxPrincipals = 10_000

// Rate keeps principals to a budget, each by a token bucket. It is safe for
// concurrent use and implements reading.Limiter.
//
// A bucket that nobody took from for as long as it takes to fill up is full,
// like that of a stranger, so it need not be remembered: buckets live in two
// generations, and when the newer one is that old, or has maxPrincipals, it
// takes the place of the older one, which is forgotten. Only more principals
// than that at once could have budgets renewed early.
type Rate struct {
	budget Budget
	now    func() time.Time

	mu sync.Mutex
	// newer and older hold, for each principal, when its bucket is full again.
	newer, older map[string]time.Time
	// began is when newer did.
	began time.Time
}

// NewRate returns the limiter of a budget by that clock.
func NewRate(budget Budget, now func() time.Time) *Rate {
	return &Rate{budget: budget, now: now, newer: map[string]time.Time{}, older: map[string]time.Time{}, began: now()}
}

// Take implements reading.Limiter.
func (r *Rate) Take(principal string) (wait time.Duration, ok bool) { return r.TakeMany(principal, 1) }

// TakeMany is Take of many times at once: all of them, or none. More than a
// burst is never allowed.
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
