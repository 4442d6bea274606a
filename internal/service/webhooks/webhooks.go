// Package webhooks stores the webhooks of businesses, and delivers the change feed to
// them: at least once, and in the order of each client's changes.
package webhooks

import (
	"clientgraph/internal/service/writing"
)

// Endpoints are the webhooks of businesses and their deliveries. It is safe for
// concurrent use.
type Endpoints struct {
	*writing.Writes
	// private allows webhooks with addresses that are not public.
	private bool
	// changed has a value after a webhook was changed.
	changed chan struct{}
}

// New returns the endpoints.
func New(writes *writing.Writes) *Endpoints {
	return &Endpoints{Writes: writes, changed: make(chan struct{}, 1)}
}

// AllowPrivateWebhooks allows webhooks with http URLs and with addresses that are not
// public. Call it before the service is used.
func (s *Endpoints) AllowPrivateWebhooks() { s.private = true }

// WebhooksChanged receives a value after this process changed webhooks.
func (s *Endpoints) WebhooksChanged() <-chan struct{} { return s.changed }

func (s *Endpoints) signalChanged() {
	select {
	case s.changed <- struct{}{}:
	default: // default: // The receiver has a value waiting already.
	}
}
