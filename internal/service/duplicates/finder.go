// Package duplicates finds clients who may be one person, by the identity keys that they
// share, and stores dismissed pairs.
package duplicates

import (
	"time"

	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Finder finds duplicate clients. It is safe for concurrent use.
type Finder struct {
	*writing.Writes
	// limiter limits queries whose answers depend on clients that the caller does not
	// see.
	limiter Limiter
	shared  reading.Snapshots[store.SharedKey]
}

// New returns the finder.
func New(writes *writing.Writes, limiter Limiter) *Finder {
	return &Finder{Writes: writes, limiter: limiter}
}

// Limiter bounds how often each principal may do something.
type Limiter interface {
	// Take counts a call of the principal and says whether it is allowed; if not, wait is
	// when the next one is. Refused calls are not counted.
	Take(principal string) (wait time.Duration, ok bool)
}
