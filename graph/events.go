package graph

import (
	"context"
	"errors"
	"io"

	"clientgraph/internal/service"
)

// eventSource finds the events of a subscription.
type eventSource struct {
	// send finds the next event and sends it; it closes the channel when there is none.
	send func()
	// release ends the turn that the last event is answered in; nil after that.
	release func()
	// whole says that the last event has a whole list, which costs more than a change.
	whole bool
}

// eventOfWhole is an event that may have a whole list.
type eventOfWhole interface{ IsWhole() bool }

// events are what next finds, until it answers io.EOF, where there will be no more, or
// fails, or nobody waits any more. AwaitEvent finds them, in the goroutine of its caller,
// so that an idle subscription costs no goroutine of its own, and nothing is read ahead: a
// slow client holds no other events than those that were found together. What an event
// selects is read when it is the turn of its business, so that those who are told of one
// write do not all read at once.
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
			// There is no more to find.
			req.events = nil
			return
		}
		event := found[0]
		// Let the event be collected while the subscription waits for the next one.
		clear(found[:1])
		found = found[1:]
		of, may := any(event).(eventOfWhole)
		source.whole = may && of.IsWhole()
		sent <- event
	}
	req.events = source
	return sent
}

// AwaitEvent waits for the next event of the subscription of that context, or for its end.
// The caller calls answered when the event was answered, which ends its turn and says
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
