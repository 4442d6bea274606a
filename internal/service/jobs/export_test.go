package jobs

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// Find finds jobs of a business.
type Find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)

// WatchBy polls watched jobs at each tick, with the find that become returns; ended is
// called when there are no more watches.
func (s *Transfers) WatchBy(ticks <-chan time.Time, ended func(), become func(Find) Find) {
	s.watches.tick = func() (<-chan time.Time, func()) { return ticks, ended }
	s.watches.find = become(s.watches.find)
}
