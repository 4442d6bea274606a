// Package clientsync reads the change feed for callers: in parts, for those who
// keep a copy of the clients that they see, and live, for subscriptions.
package clientsync

import (
	"clientgraph/internal/service/reading"
)

// Feed is the change feed as callers read it, in parts and live. It is safe for
// concurrent use.
type Feed struct {
	*reading.Reads
	known knownSettings
	tails tails
}

// New returns the feed; it reads through reads.
func New(reads *reading.Reads) *Feed {
	return &Feed{Reads: reads, known: knownSettings{of: map[int64]settingsOf{}}, tails: tails{of: map[int64]*tail{}}}
}
