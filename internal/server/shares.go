package server

import (
	"container/list"
	"sync"
)

// shareOf is the part of a cache that one principal may fill: a sixteenth.
const shareOf = 16

// shares is a cache of texts, bounded in bytes, in which nobody pushes out more
// than a part of what others brought: who fills a share of its own pushes out
// what it brought itself. Within that, what was not asked for the longest goes
// first. It is safe for concurrent use.
type shares[V any] struct {
	most int

	mu     sync.Mutex
	bytes  int
	known  map[string]*shared[V]
	recent *list.List // Of *shared[V], the latest asked for first.
	owners map[string]*share
}

// shared is an entry, with its places among all and among its owner's.
type shared[V any] struct {
	key, owner  string
	value       V
	bytes       int
	all, owners *list.Element
}

// share is what one principal brought.
type share struct {
	bytes  int
	recent *list.List
}

func newShares[V any](most int) *shares[V] {
	return &shares[V]{most: most, known: map[string]*shared[V]{}, recent: list.New(), owners: map[string]*share{}}
}

func (s *shares[V]) get(key string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry, known := s.known[key]
	if !known {
		var none V
		return none, false
	}
	s.recent.MoveToFront(entry.all)
	s.owners[entry.owner].recent.MoveToFront(entry.owners)
	return entry.value, true
}

// add keeps a value of that many bytes that a principal brought. What is known
// stays as it is, and its owner's.
func (s *shares[V]) add(owner, key string, value V, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.known[key]; known || bytes > s.most/shareOf {
		return
	}
	of := s.owners[owner]
	if of == nil {
		of = &share{recent: list.New()}
		s.owners[owner] = of
	}
	entry := &shared[V]{key: key, owner: owner, value: value, bytes: bytes}
	entry.all, entry.owners = s.recent.PushFront(entry), of.recent.PushFront(entry)
	s.known[key] = entry
	of.bytes += bytes
	s.bytes += bytes
	for of.bytes > s.most/shareOf {
		s.drop(of.recent.Back())
	}
	for s.bytes > s.most {
		s.drop(s.recent.Back())
	}
}

// size is how many bytes there are in all.
func (s *shares[V]) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// drop forgets the entry that stands in either list.
func (s *shares[V]) drop(element *list.Element) {
	entry := element.Value.(*shared[V]) //nolint:forcetypeassert // The lists hold nothing else.
	of := s.owners[entry.owner]
	s.recent.Remove(entry.all)
	of.recent.Remove(entry.owners)
	of.bytes -= entry.bytes
	s.bytes -= entry.bytes
	delete(s.known, entry.key)
	if of.recent.Len() == 0 {
		delete(s.owners, entry.owner)
	}
}
