// Package duplicates finds clients who look like one person, by the identity keys
// that they share, and keeps pairs that were dismissed.
package duplicates

import (
	"time"

	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Finder finds clients who look like one person. It is safe for concurrent use.
type Finder struct {
	*writing.Writes
	// limiter limits queries whose answers depend on clients that the caller does not see.
	limiter Limiter
	shared  reading.Snapshots[store.SharedKey]
}

// New returns the finder; it writes through writes.
func New(writes *writing.Writes, limiter Limiter) *Finder {
	return &Finder{Writes: writes, limiter: limiter}
}

// Limiter bounds how often each principal may do something.
type Limiter interface {
	// Take says whether the principal may do it now, and if not, how long to
	// wait. Being allowed counts, being refused does not.
	Take(principal string) (wait time.Duration, ok bool)
}
