// Package webhooks keeps the endpoints at which a business is told of its changes,
// and delivers to them, from the change feed: at least once, and in the order of each
// client's changes.
package webhooks

import (
	"clientgraph/internal/service/writing"
)

// Endpoints are the webhooks of businesses, and what was delivered to them. It is
// safe for concurrent use.
type Endpoints struct {
	*writing.Writes
	// private says that webhooks may have addresses which are not public.
	private bool
	// changed has something in it when a webhook was changed.
	changed chan struct{}
}

// New returns the endpoints; they write through writes.
func New(writes *writing.Writes) *Endpoints {
	return &Endpoints{Writes: writes, changed: make(chan struct{}, 1)}
}

// AllowPrivateWebhooks lets webhooks have URLs of http, and of addresses that are not
// public. It is to be called before the service is used.
func (s *Endpoints) AllowPrivateWebhooks() { s.private = true }

// WebhooksChanged receives after this process changed webhooks.
func (s *Endpoints) WebhooksChanged() <-chan struct{} { return s.changed }

func (s *Endpoints) signalChanged() {
	select {
	case s.changed <- struct{}{}:
	default: // Whoever listens has something to do already.
	}
}
