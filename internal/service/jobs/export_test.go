package jobs

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// Find finds jobs of a business.
type Find func(context.Context, client.Scope, store.JobQuery) ([]store.Job, error)

// WatchBy has watched jobs looked at with each tick, by what becomes of the find; ended
// is called when nobody watches any more.
func (s *Transfers) WatchBy(ticks <-chan time.Time, ended func(), become func(Find) Find) {
	s.watches.tick = func() (<-chan time.Time, func()) { return ticks, ended }
	s.watches.find = become(s.watches.find)
}
