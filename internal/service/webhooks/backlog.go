package webhooks

import (
	"time"

	"clientgraph/internal/store"
)

// backlog is what is still to be delivered to a webhook.
type backlog struct {
	// pending counts the deliveries that are stored; more may wait in the feed.
	pending int
	// oldest is when the first of their changes was made.
	oldest time.Time
	// failing says that the last attempt failed: the deliveries wait for the receiver.
	failing bool
}

// backlogOf is the backlog of a webhook with those deliveries; nil when none is pending.
func backlogOf(open *store.OpenWebhook, deliveries []store.WebhookDelivery) *backlog {
	b := backlog{failing: open.State.FailingSince != nil}
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

// setBacklog keeps the backlog of a webhook; nil for none.
func (r *Runner) setBacklog(key store.WebhookKey, b *backlog) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b == nil {
		delete(r.backlogs, key)
		return
	}
	r.backlogs[key] = *b
}

// Backlog is what is still to be delivered to the webhooks of this process.
type Backlog struct {
	// Pending counts the deliveries that are stored, of a webhook at most 500.
	Pending int
	// Late is the age of the oldest change that is not delivered yet. It leaves out
	// deliveries that wait because their receiver refused or failed.
	Late time.Duration
}

// Backlog is the backlog of all webhooks of this process.
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
