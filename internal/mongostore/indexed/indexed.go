// Package indexed knows which indexes the database had when they were last listed. Reads
// name an index only if it was listed, because a read that names a missing index fails.
package indexed

import (
	"slices"
	"strings"
	"sync"

	"clientgraph/internal/mongostore/transact"
)

// Seen has the known indexes of one database. The zero value has none. It is safe for
// concurrent use.
type Seen struct {
	mu sync.RWMutex
	// asked says that the database has reported what it is, isMongoDB that it is MongoDB,
	// whose planner reads in the order of an index and stops after the page. The embedded
	// engine does neither, and is slower with a hint.
	asked, isMongoDB bool
	// names are the indexes of each collection that have this version's definition.
	names map[string][]string
}

// IsMongoDB says whether the database is MongoDB, and takes hints.
func (s *Seen) IsMongoDB() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.isMongoDB
}

// Asked says whether NoteServer was called.
func (s *Seen) Asked() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.asked
}

// NoteServer records whether the database is MongoDB.
func (s *Seen) NoteServer(isMongoDB bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.isMongoDB = true, isMongoDB
}

// Note records all indexes of a collection that have this version's definition.
func (s *Seen) Note(collection string, names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = map[string][]string{}
	}
	s.names[collection] = slices.Clone(names)
}

// Has says whether an index existed when the indexes were last listed.
func (s *Seen) Has(collection, name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Contains(s.names[collection], name)
}

// Hint returns the index name for a read; "" for none, if the database takes no hints or
// the index was not listed.
func (s *Seen) Hint(collection, name string) string {
	if name == "" || !s.IsMongoDB() || !s.Has(collection, name) {
		return ""
	}
	return name
}

// Gone says whether a read failed because the index that it named does not exist, and
// forgets the index then: send the read again without it.
func (s *Seen) Gone(collection, name string, err error) bool {
	const badValue = 2
	if name == "" || err == nil {
		return false
	}
	if code, ok := transact.ServerCode(err); !ok || code != badValue || !strings.Contains(err.Error(), "does not correspond to an existing index") {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[collection] = slices.DeleteFunc(slices.Clone(s.names[collection]), func(seen string) bool { return seen == name })
	return true
}

// Read runs a read that names an index, and runs it again without it if the index does
// not exist.
func Read[T any](s *Seen, collection, name string, read func(hint string) (T, error)) (T, error) {
	hint := s.Hint(collection, name)
	found, err := read(hint)
	if s.Gone(collection, hint, err) {
		return read("")
	}
	return found, err
}
