package limit

import "sync"

// Shares bound how much there is of something at once: in all, and for each that
// it is of. They are safe for concurrent use.
type Shares struct {
	all, each int64

	mu    sync.Mutex
	taken int64
	of    map[string]int64
}

// NewShares returns the bounds; 0 is none.
func NewShares(all, each int64) *Shares {
	return &Shares{all: all, each: each, of: map[string]int64{}}
}

// Take takes so much for one that it is of; false, and nothing taken, when that is
// more than there may be. What was taken is given back.
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

// Full says whether there is as much of one, or of all, as there may be.
func (s *Shares) Full(of string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all > 0 && s.taken >= s.all || s.each > 0 && s.of[of] >= s.each
}

// Taken is how much there is in all.
func (s *Shares) Taken() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Put is Take whatever the bounds are.
func (s *Shares) Put(of string, much int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken += much
	s.of[of] += much
}

// Give gives back what was taken.
func (s *Shares) Give(of string, much int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken -= much
	if s.of[of] -= much; s.of[of] == 0 {
		delete(s.of, of)
	}
}
