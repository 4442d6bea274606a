// Package clientsync reads the change feed for callers: in parts, for copies of the
// clients that they see, and live, for subscriptions.
package clientsync

import (
	"context"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// Feed is the change feed as callers see it, in parts and live. It is safe for concurrent
// use.
type Feed struct {
	*reading.Reads
	cached settingsCache
	tails  tails
	groups groups
	// turns bounds the reads for subscriptions that run at once.
	turns *turns
}

// New returns the feed.
func New(reads *reading.Reads) *Feed {
	return &Feed{
		Reads: reads, cached: settingsCache{of: map[int64]cachedSettings{}}, tails: tails{of: map[int64]*tail{}},
		groups: groups{of: map[changefeed.Digest]*group{}}, turns: newTurns(readingsAtOnce),
	}
}

// ReadingTurn waits for a turn of the caller's business to read what an event of a
// subscription selects. release ends the turn. Until then, call no method of Feed,
// because it would wait for another turn. Error: that of ctx.
func (s *Feed) ReadingTurn(ctx context.Context, scope client.Scope) (release func(), err error) {
	return s.turns.take(ctx, scope.BusinessID)
}
