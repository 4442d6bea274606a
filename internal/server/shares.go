package server

import (
	"container/list"
	"sync"
)

// shareOf is the number of shares in a cache: one principal may fill a sixteenth of it.
const shareOf = 16

// shares is a cache of values by text, bounded in bytes. A principal who fills its share
// evicts only its own entries, so that it can't evict more than that of others. The least
// recently used entry is evicted first. It is safe for concurrent use.
type shares[V any] struct {
	most int

	mu     sync.Mutex
	bytes  int
	known  map[string]*shared[V]
	recent *list.List // Of *shared[V], the latest asked for first.
	owners map[string]*share
}

// shared is an entry, with its places in the list of all entries and in its owner's.
type shared[V any] struct {
	key, owner  string
	value       V
	bytes       int
	all, owners *list.Element
}

// share has the entries of one principal.
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

// add stores a value of that many bytes for a principal. A key that exists keeps its
// value and its owner.
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

// size returns the bytes of all entries.
func (s *shares[V]) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// drop removes an entry, given by its place in either list.
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
