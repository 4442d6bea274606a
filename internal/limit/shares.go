package limit

import "sync"

// Shares bounds an amount in use: in total, and for each owner. It is safe for concurrent
// use.
type Shares struct {
	all, each int64

	mu    sync.Mutex
	taken int64
	of    map[string]int64
}

// NewShares returns Shares with these bounds; 0 is no bound.
func NewShares(all, each int64) *Shares {
	return &Shares{all: all, each: each, of: map[string]int64{}}
}

// Take takes an amount for an owner. It returns false and takes nothing if that exceeds a
// bound. Give returns the amount.
func (s *Shares) Take(of string, much int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all > 0 && s.taken+much > s.all || s.each > 0 && s.of[of]+much > s.each {
		return false
	}
	s.taken += much
	s.of[of] += much
	return true
}

// Full says whether the owner, or all owners together, have reached the bound.
func (s *Shares) Full(of string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all > 0 && s.taken >= s.all || s.each > 0 && s.of[of] >= s.each
}

// Taken returns the total amount in use.
func (s *Shares) Taken() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Put is Take without bounds.
func (s *Shares) Put(of string, much int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken += much
	s.of[of] += much
}

// Give returns an amount.
func (s *Shares) Give(of string, much int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken -= much
	if s.of[of] -= much; s.of[of] == 0 {
		delete(s.of, of)
	}
}
