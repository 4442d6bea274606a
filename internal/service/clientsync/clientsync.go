// Package clientsync reads the change feed for callers: in parts, for those who
// keep a copy of the clients that they see, and live, for subscriptions.
package clientsync

import (
	"context"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// Feed is the change feed as callers read it, in parts and live. It is safe for
// concurrent use.
type Feed struct {
	*reading.Reads
	cached settingsCache
	tails  tails
	groups groups
	// turns bound how many readings for subscriptions are under way.
	turns *turns
}

// New returns the feed; it reads through reads.
func New(reads *reading.Reads) *Feed {
	return &Feed{
		Reads: reads, cached: settingsCache{of: map[int64]cachedSettings{}}, tails: tails{of: map[int64]*tail{}},
		groups: groups{of: map[changefeed.Digest]*group{}}, turns: newTurns(readingsAtOnce),
	}
}

// ReadingTurn waits until it is the turn of the caller's business to read what an event of
// one of its subscriptions selects. release ends the turn. No method of Feed is to be
// called before that: it would wait for another turn. Error: that of ctx.
func (s *Feed) ReadingTurn(ctx context.Context, scope client.Scope) (release func(), err error) {
	return s.turns.take(ctx, scope.BusinessID)
}
