// Package indexed knows which indexes the database has, by what it listed last: reads
// name the one that they want only where it was seen. A read that names one that is not
// there fails.
package indexed

import (
	"slices"
	"strings"
	"sync"

	"clientgraph/internal/mongostore/transact"
)

// Seen is what is known of the indexes of one database. The zero value knows of none. It
// is safe for concurrent use.
type Seen struct {
	mu sync.RWMutex
	// asked says that the database told what it is, and isMongoDB that it is MongoDB,
	// whose planner reads in the order of an index and stops behind the page. The embedded
	// engine does neither, and is slower with a hint.
	asked, isMongoDB bool
	// names are the indexes of each collection that are as this version defines them.
	names map[string][]string
}

// IsMongoDB says whether the database is MongoDB, and takes hints.
func (s *Seen) IsMongoDB() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.isMongoDB
}

// Asked says whether NoteServer was told what the database is.
func (s *Seen) Asked() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.asked
}

// NoteServer notes whether the database is MongoDB.
func (s *Seen) NoteServer(isMongoDB bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.isMongoDB = true, isMongoDB
}

// Note notes all indexes of a collection that are as they are defined.
func (s *Seen) Note(collection string, names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = map[string][]string{}
	}
	s.names[collection] = slices.Clone(names)
}

// Has says whether an index was there when the database was asked last.
func (s *Seen) Has(collection, name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Contains(s.names[collection], name)
}

// Hint is the index for a read to name; "" for none, where the database does not take it
// or the index was not seen.
func (s *Seen) Hint(collection, name string) string {
	if name == "" || !s.IsMongoDB() || !s.Has(collection, name) {
		return ""
	}
	return name
}

// Gone says whether a read failed because the index that it named is not there, and
// forgets the index then: the read is to be sent again without it.
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

// Read runs a read that names an index, once more without it where it is gone.
func Read[T any](s *Seen, collection, name string, read func(hint string) (T, error)) (T, error) {
	hint := s.Hint(collection, name)
	found, err := read(hint)
	if s.Gone(collection, hint, err) {
		return read("")
	}
	return found, err
}
