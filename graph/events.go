package graph

import (
	"context"
	"sync"

	"clientgraph/internal/service"
)

// awaited is a subscription whose events are found while somebody waits for them.
type awaited struct {
	// wanted has an entry while somebody waits for an event.
	wanted chan struct{}

	mu sync.Mutex
	// release ends the turn in which an event is answered; nil where there is none.
	release func()
	// whole says that the event has a whole list.
	whole bool
}

// eventOfWhole is an event that may have a whole list.
type eventOfWhole interface{ IsWhole() bool }

// events sends what next finds, until it fails or nobody waits any more. Nothing is
// read ahead: who is slow to take an event holds no other one than those that were
// found with it. What is selected of an event is read in a turn of the business's, so
// that those who are told of one write do not read all at once.
func events[T any](ctx context.Context, from *service.Service, next func() ([]T, error)) <-chan T {
	req := requestOf(ctx)
	sent := make(chan T)
	a := &awaited{wanted: make(chan struct{}, 1)}
	req.await(a)
	go func() {
		defer close(sent)
		for a.want(ctx) {
			found, err := next()
			if err != nil {
				if ctx.Err() == nil {
					req.breakOff(err)
				}
				return
			}
			for i, event := range found {
				if i > 0 && !a.want(ctx) {
					return
				}
				release, err := from.ReadingTurn(ctx, req.scope)
				if err != nil {
					return
				}
				a.begin(event, release)
				select {
				case sent <- event:
				case <-ctx.Done():
					release()
					return
				}
			}
		}
	}()
	return sent
}

// want waits until somebody waits for an event; false when nobody will.
func (a *awaited) want(ctx context.Context) bool {
	select {
	case <-a.wanted:
		return true
	case <-ctx.Done():
		return false
	}
}

// begin notes an event that is to be answered, in a turn that release ends.
func (a *awaited) begin(event any, release func()) {
	of, may := event.(eventOfWhole)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.release, a.whole = release, may && of.IsWhole()
}

// AwaitEvent says that somebody waits for the next event of the subscription of that
// context. When it was answered, answered says so; it tells whether the event has a whole
// list.
func AwaitEvent(ctx context.Context) (answered func() (whole bool)) {
	a := requestOf(ctx).awaits()
	if a == nil {
		return func() bool { return false }
	}
	select {
	case a.wanted <- struct{}{}:
	default:
	}
	return func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.release != nil {
			a.release()
			a.release = nil
		}
		return a.whole
	}
}
