package webhooks

import (
	"time"

	"clientgraph/internal/store"
)

// behind is what a webhook was not told yet.
type behind struct {
	// pending counts the deliveries that are stored; more may wait in the feed.
	pending int
	// oldest is when the first of their changes was made.
	oldest time.Time
	// failing says that the last attempt failed: then the receiver is what they wait for.
	failing bool
}

// behindOf is what is left to do of deliveries; nil when nothing is.
func behindOf(open *store.OpenWebhook, deliveries []store.WebhookDelivery) *behind {
	b := behind{failing: open.State.FailingSince != nil}
	refused := map[int64]bool{}
	for i := range deliveries {
		d := &deliveries[i]
		if d.State != store.DeliveryPending {
			continue
		}
		b.pending++
		// What the receiver refused waits for its next attempt, and what is of the same
		// client behind it.
		if refused[d.ClientID] = refused[d.ClientID] || d.Failure != nil; refused[d.ClientID] {
			continue
		}
		if b.oldest.IsZero() || d.ChangedDate.Before(b.oldest) {
			b.oldest = d.ChangedDate
		}
	}
	if b.pending == 0 {
		return nil
	}
	return &b
}

// note keeps what a webhook was not told yet; nil for nothing.
func (r *Runner) note(key store.WebhookKey, b *behind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b == nil {
		delete(r.behind, key)
		return
	}
	r.behind[key] = *b
}

// Backlog is what the webhooks of this process were not told yet.
type Backlog struct {
	// Pending counts the deliveries that are stored, of a webhook at most 500.
	Pending int
	// Late is how long ago the oldest change was made that was not sent to a receiver that
	// takes messages: what receivers refuse is not waited for here.
	Late time.Duration
}

// Backlog tells what waits to be delivered.
func (r *Runner) Backlog() Backlog {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all Backlog
	now := r.endpoints.Now()
	for _, b := range r.behind {
		all.Pending += b.pending
		if !b.failing && !b.oldest.IsZero() {
			all.Late = max(all.Late, now.Sub(b.oldest))
		}
	}
	return all
}
