package graph

import (
	"context"
	"errors"
	"io"

	"clientgraph/internal/service"
)

// eventSource finds the events of a subscription.
type eventSource struct {
	// send finds the next event and sends it, or closes the channel if there is none.
	send func()
	// release ends the turn in which the last event is answered; nil after that.
	release func()
	// whole says that the last event has a whole list, which costs more.
	whole bool
}

// eventOfWhole is an event that may have a whole list.
type eventOfWhole interface{ IsWhole() bool }

// events returns a channel with the events that next finds, until next returns io.EOF or
// an error, or the subscription ends. AwaitEvent finds them in the goroutine of its
// caller, so that an idle subscription needs no goroutine, and nothing is read ahead: a
// slow client has in memory only events that were found together. The selection of an
// event is read when the business gets a turn, so that the subscribers of one write do
// not all read at once.
func events[T any](ctx context.Context, from *service.Service, next func() ([]T, error)) <-chan T {
	req := requestOf(ctx)
	sent := make(chan T, 1)
	source := &eventSource{}
	var found []T
	source.send = func() {
		var err error
		for len(found) == 0 && err == nil {
			found, err = next()
		}
		if err == nil {
			source.release, err = from.ReadingTurn(ctx, req.scope)
		}
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, io.EOF) {
				req.brokenOff = err
			}
			close(sent)
			// There are no more events.
			req.events = nil
			return
		}
		event := found[0]
		// Frees the event while the subscription waits for the next one.
		clear(found[:1])
		found = found[1:]
		of, may := any(event).(eventOfWhole)
		source.whole = may && of.IsWhole()
		sent <- event
	}
	req.events = source
	return sent
}

// AwaitEvent waits for the next event of the context's subscription, or its end. The
// caller must call answered after the event was answered: it ends the turn, and says
// whether the event has a whole list.
func AwaitEvent(ctx context.Context) (answered func() (whole bool)) {
	source := requestOf(ctx).events
	if source == nil {
		return func() bool { return false }
	}
	source.send()
	return func() bool {
		if source.release != nil {
			source.release()
			source.release = nil
		}
		return source.whole
	}
}
