package server

import (
	"context"
	"sync"
	"time"

	"github.com/coder/websocket"

	"clientgraph/internal/client"
)

// watch keeps a connection alive. It closes the connection if it was not initialised in
// time, if the client does not answer pings, if the caller may no longer use the API, or
// if the server stops.
func (s *socket) watch(ctx context.Context) {
	initialise := time.NewTimer(s.limits.InitTimeout)
	defer initialise.Stop()
	keepAlive := time.NewTicker(s.limits.KeepAlive)
	defer keepAlive.Stop()
	recheck := time.NewTicker(s.limits.Recheck)
	defer recheck.Stop()
	stopping := s.handler.streams.stopping
	// No count, so that the first ping is always sent.
	heard := int64(-1)
	for {
		select {
		case <-ctx.Done():
			// The connection is being closed, or streams were cut.
			s.close(goingAway())
			return
		case <-initialise.C:
			if _, ok := s.caller(); !ok {
				s.close(&violation{closeTimeout, "Connection initialisation timeout"})
			}
		case <-keepAlive.C:
			if now := s.heard.Load(); now == heard {
				s.close(&violation{closeTimeout, "Pong timeout"})
			} else if _, ok := s.caller(); ok {
				heard = now
				s.send(outgoing{Type: messagePing})
			}
		case <-recheck.C:
			s.recheck(ctx)
		case <-s.flooded:
			s.close(tooManyPings())
		case <-stopping:
			stopping = nil
			s.drain(ctx)
		}
	}
}

// recheck closes the connection of a caller who may no longer use the API. It stays open
// if the database does not answer.
func (s *socket) recheck(ctx context.Context) {
	authorization, ok := s.caller()
	if !ok {
		return
	}
	if _, err := s.handler.admit(ctx, authorization); client.HasCode(err, client.CodeUnauthenticated) {
		s.close(forbidden())
	}
}

// drain ends the subscriptions, waits for other operations, and closes the connection.
func (s *socket) drain(ctx context.Context) {
	s.mu.Lock()
	s.draining = true
	var streaming []*socketOperation
	for _, operation := range s.operations {
		if operation.streams {
			streaming = append(streaming, operation)
		}
	}
	if len(s.operations) == 0 {
		close(s.idle)
	}
	s.mu.Unlock()
	for _, operation := range streaming {
		operation.quiet()
	}
	select {
	case <-s.idle:
	case <-ctx.Done():
	}
	s.close(goingAway())
}

func goingAway() *violation { return &violation{websocket.StatusGoingAway, "Going away"} }

// pingBudget bounds the pings of a client.
type pingBudget struct {
	mu   sync.Mutex
	left int
	at   time.Time
}

// pinged counts a ping, and says whether it is within the budget: the server answers each
// ping.
func (s *socket) pinged() bool {
	b := &s.pings
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.at.IsZero() {
		b.left, b.at = pings, now
	}
	if more := int(now.Sub(b.at) / pingsEvery); more > 0 {
		b.left = min(b.left+more, pings)
		b.at = now
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}

func tooManyPings() *violation {
	return &violation{websocket.StatusPolicyViolation, "too many pings"}
}
