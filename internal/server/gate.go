package server

import (
	"context"
	"sync/atomic"
	"time"
)

// gate bounds how many operations are executed at once, and how many wait. More
// at once would make each slower, and none sooner done.
type gate struct {
	slots    chan struct{}
	waiting  atomic.Int64
	most     int64
	patience time.Duration
}

func newGate(limits Limits) *gate {
	return &gate{slots: make(chan struct{}, limits.Running), most: int64(limits.Waiting), patience: limits.WaitTime}
}

// enter waits for a turn; false when too many wait already, or for too long.
// leave, which may be called again, gives the turn up.
func (g *gate) enter(ctx context.Context) (leave func(), ok bool) {
	var left atomic.Bool
	leave = func() {
		if !left.Swap(true) {
			<-g.slots
		}
	}
	select {
	case g.slots <- struct{}{}:
		return leave, true
	default:
	}
	if g.waiting.Add(1) > g.most {
		g.waiting.Add(-1)
		return nil, false
	}
	defer g.waiting.Add(-1)
	timer := time.NewTimer(g.patience)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}
