package webhooks

import (
	"time"

	"clientgraph/internal/store"
)

// backlog is what a webhook must still deliver.
type backlog struct {
	// pending counts the stored deliveries; the feed may have more.
	pending int
	// oldest is the time of their earliest change.
	oldest time.Time
	// failing says that the last attempt failed: the deliveries wait for the receiver.
	failing bool
}

// backlogOf returns the backlog of a webhook with those deliveries; nil if none is
// pending.
func backlogOf(open *store.OpenWebhook, deliveries []store.WebhookDelivery) *backlog {
	b := backlog{failing: open.State.FailingSince != nil}
	refused := map[int64]bool{}
	for i := range deliveries {
		d := &deliveries[i]
		if d.State != store.DeliveryPending {
			continue
		}
		b.pending++
		// A delivery that the receiver refused waits for its next attempt, and later ones
		// of the same client wait for it.
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

// setBacklog stores the backlog of a webhook; nil for none.
func (r *Runner) setBacklog(key store.WebhookKey, b *backlog) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b == nil {
		delete(r.backlogs, key)
		return
	}
	r.backlogs[key] = *b
}

// Backlog is what the webhooks of this process must still deliver.
type Backlog struct {
	// Pending counts the stored deliveries, at most 500 of a webhook.
	Pending int
	// Late is the age of the oldest undelivered change, except deliveries that wait
	// because their receiver refused or failed.
	Late time.Duration
}

// Backlog returns the backlog of all webhooks of this process.
func (r *Runner) Backlog() Backlog {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all Backlog
	now := r.endpoints.Now()
	for _, b := range r.backlogs {
		all.Pending += b.pending
		if !b.failing && !b.oldest.IsZero() {
			all.Late = max(all.Late, now.Sub(b.oldest))
		}
	}
	return all
}
