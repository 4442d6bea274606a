package reading

import (
	"fmt"
	"sync"
	"time"

	"clientgraph/internal/client"
)

const (
	// SnapshotTime is how long later pages use what the first page read.
	SnapshotTime = time.Minute
	// maxSnapshots and maxSnapshotEntries bound the snapshots in a process.
	maxSnapshots       = 64
	maxSnapshotEntries = 200_000
)

// Snapshots stores what the first page of a list read of a whole business, so that later
// pages need not read it again. A snapshot is used only for scopes that see the same
// rows. The zero value is ready to use, and safe for concurrent use.
type Snapshots[T any] struct {
	mu      sync.Mutex
	kept    map[string]Snapshot[T]
	entries int
}

// Snapshot is what was read of a business at one time.
type Snapshot[T any] struct {
	Entries []T
	At      time.Time
}

// Read returns the result of read for the first page; for a later one a snapshot of the
// same rows, if it is younger than SnapshotTime.
func (s *Snapshots[T]) Read(scope client.Scope, firstPage bool, now time.Time, read func() ([]T, error)) (Snapshot[T], error) {
	key := rowsKey(scope)
	if !firstPage {
		s.mu.Lock()
		kept, ok := s.kept[key]
		s.mu.Unlock()
		if ok && now.Sub(kept.At) < SnapshotTime {
			return kept, nil
		}
	}
	entries, err := read()
	if err != nil {
		return Snapshot[T]{}, err
	}
	snapshot := Snapshot[T]{Entries: entries, At: now}
	s.keep(key, snapshot)
	return snapshot, nil
}

// keep stores a snapshot. It removes expired snapshots, and then the oldest ones until
// there is room.
func (s *Snapshots[T]) keep(key string, snapshot Snapshot[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]Snapshot[T]{}
	}
	s.drop(key)
	for other, kept := range s.kept {
		if snapshot.At.Sub(kept.At) >= SnapshotTime {
			s.drop(other)
		}
	}
	for len(s.kept) > 0 && (len(s.kept) >= maxSnapshots || s.entries+len(snapshot.Entries) > maxSnapshotEntries) {
		oldest := ""
		for other, kept := range s.kept {
			if oldest == "" || kept.At.Before(s.kept[oldest].At) {
				oldest = other
			}
		}
		s.drop(oldest)
	}
	if len(snapshot.Entries) <= maxSnapshotEntries {
		s.kept[key] = snapshot
		s.entries += len(snapshot.Entries)
	}
}

func (s *Snapshots[T]) drop(key string) {
	s.entries -= len(s.kept[key].Entries)
	delete(s.kept, key)
}

// rowsKey is equal for two scopes if they see the same rows of the same business.
func rowsKey(scope client.Scope) string {
	return fmt.Sprintf("%d %t %q %d", scope.BusinessID, scope.Rows.All, scope.Rows.VisibilityKeys, scope.Rows.ClientIDs)
}
