package webhooks

import (
	"context"
	"errors"
	"sync"
	"time"

	"clientgraph/internal/store"
	"clientgraph/internal/webhook"
	"clientgraph/internal/webhook/sending"
)

const (
	// inFlight bounds the messages that are sent to one webhook at once, each of another
	// client. While attempts fail, only one is sent.
	inFlight = 4
	// failuresToPause is how many attempts in a row must fail before the whole webhook
	// pauses. Until then only deliveries of the same client wait.
	failuresToPause = 3
)

// Outcomes of attempts, besides the failures of package sending.
const outcomeDelivered = "DELIVERED"

// batch sends pending deliveries: those of one client one after the other.
type batch struct {
	worker  *worker
	open    *store.OpenWebhook
	secrets []string

	mu sync.Mutex
	// queues are the deliveries by client, in order; ready are the clients whose next
	// delivery may be sent.
	queues map[int64][]*store.WebhookDelivery
	ready  []int64
	// flying counts the messages that are being sent.
	flying   int
	changed  *sync.Cond
	attempts int
	// unfinished are the places in the feed of deliveries that stay pending.
	unfinished map[int64]bool
	failed     error
	disable    *store.WebhookDisabledReason
	// recovered says that the webhook works again after a pause: deliveries that wait for
	// their next attempt are sent at once.
	recovered bool
}

func newBatch(w *worker, open *store.OpenWebhook, pending []store.WebhookDelivery) *batch {
	b := &batch{worker: w, open: open, queues: map[int64][]*store.WebhookDelivery{}, unfinished: map[int64]bool{}}
	b.changed = sync.NewCond(&b.mu)
	now := w.now()
	for i := range pending {
		b.unfinished[pending[i].Place] = true
	}
	for i := range pending {
		d := &pending[i]
		if d.ClientID == 0 && i > 0 {
			// It must be sent after all earlier deliveries.
			break
		}
		queue := b.queues[d.ClientID]
		if queue == nil && (d.NextAttemptDate == nil || !now.Before(*d.NextAttemptDate)) {
			b.ready = append(b.ready, d.ClientID)
		}
		b.queues[d.ClientID] = append(queue, d)
		if d.ClientID == 0 {
			// All later deliveries must be sent after it.
			break
		}
	}
	return b
}

// send sends what is due. Its error is internal.
func (b *batch) send(ctx context.Context) error {
	if len(b.ready) == 0 {
		return nil
	}
	var err error
	if b.secrets, err = b.worker.secrets(b.open); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})
	defer stop()
	var sending sync.WaitGroup
	for range min(inFlight, len(b.ready)) {
		sending.Go(func() {
			for {
				d := b.take(ctx)
				if d == nil {
					return
				}
				b.attempt(ctx, d)
			}
		})
	}
	sending.Wait()
	if b.failed != nil {
		return b.failed
	}
	if b.recovered {
		return b.worker.store().RetryDeliveriesNow(ctx, b.worker.key)
	}
	return ctx.Err()
}

// take waits for a delivery that may be sent; nil if there will be none.
func (b *batch) take(ctx context.Context) *store.WebhookDelivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil, b.failed != nil, b.disable != nil, b.isPaused(), !b.worker.runner.holds():
			return nil
		case len(b.ready) > 0 && (b.open.State.Failures == 0 || b.flying == 0):
			id := b.ready[0]
			b.ready = b.ready[1:]
			b.flying++
			return b.queues[id][0]
		case b.flying == 0:
			return nil
		}
		b.changed.Wait()
	}
}

func (b *batch) isPaused() bool { return b.open.State.PausedUntil.After(b.worker.now()) }

// attempt makes one attempt, and stores its outcome.
func (b *batch) attempt(ctx context.Context, d *store.WebhookDelivery) {
	result, err := b.try(ctx, d)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.changed.Broadcast()
	b.flying--
	if err != nil {
		// The context ended, or the error is internal: the attempt does not count.
		if b.failed == nil && !errors.Is(err, context.Canceled) {
			b.failed = err
		}
		return
	}
	b.attempts++
	now := b.worker.runner.endpoints.Instant()
	b.record(d, result, now)
	if err := b.worker.store().FinishAttempt(ctx, *d); err != nil {
		b.failed = err
		return
	}
	if d.State != store.DeliveryPending {
		delete(b.unfinished, d.Place)
		if queue := b.queues[d.ClientID][1:]; len(queue) > 0 {
			b.queues[d.ClientID] = queue
			b.ready = append(b.ready, d.ClientID)
		}
	}
}

func (b *batch) try(ctx context.Context, d *store.WebhookDelivery) (sending.Result, error) {
	body, err := webhook.Body(eventOf(d))
	if err != nil {
		return sending.Result{}, err
	}
	// After the lease ends, another process may send.
	ctx, cancel := context.WithTimeout(ctx, b.worker.runner.leaseLeft())
	defer cancel()
	return b.worker.runner.sender.Send(ctx, sending.Message{
		URL: b.open.URL, ID: d.MessageID, Body: body, Secrets: b.secrets, At: b.worker.now(),
	})
}

// record records the outcome of an attempt in the delivery and the webhook.
func (b *batch) record(d *store.WebhookDelivery, result sending.Result, now time.Time) {
	d.Attempts++
	d.LastAttemptDate, d.NextAttemptDate, d.Status, d.Failure = &now, nil, nil, nil
	if d.FirstAttemptDate == nil {
		d.FirstAttemptDate = &now
	}
	if result.Status != 0 {
		d.Status = new(int64(result.Status))
	}
	options := &b.worker.runner.options
	if result.Failure == sending.Delivered {
		options.Attempted(outcomeDelivered, now.Sub(d.ChangedDate))
		d.State = store.DeliverySucceeded
		b.recovered = b.recovered || b.open.State.Failures >= failuresToPause
		b.open.State.Failures, b.open.State.FailingSince, b.open.State.PausedUntil = 0, nil, time.Time{}
		if b.disable != nil && *b.disable == store.WebhookFailing {
			// This message was sent before the last failure, and has arrived.
			b.disable = nil
		}
		return
	}
	options.Attempted(string(result.Failure), now.Sub(d.ChangedDate))
	d.Failure = new(store.WebhookFailure(result.Failure))
	d.NextAttemptDate = new(now.Add(options.Delay(int(d.Attempts))))
	b.open.State.Failures++
	if b.open.State.FailingSince == nil {
		b.open.State.FailingSince = &now
	}
	if b.open.State.Failures >= failuresToPause {
		b.open.State.PausedUntil = now.Add(options.Delay(b.open.State.Failures - failuresToPause + 1))
	}
	switch {
	case result.Gone:
		b.disable = new(store.WebhookGone)
	case now.Sub(*b.open.State.FailingSince) >= options.GiveUpAfter && b.open.State.Failures >= failuresToPause:
		b.disable = new(store.WebhookFailing)
	case now.Sub(*d.FirstAttemptDate) >= options.GiveUpAfter && b.open.State.FailingSince.After(*d.FirstAttemptDate):
		// The receiver accepts others, but not this one.
		d.State, d.NextAttemptDate = store.DeliveryFailed, nil
	}
}

// doneUntil returns the last row of the feed up to which all deliveries are finished.
func (b *batch) doneUntil() int64 {
	done := b.open.State.Queued
	for place := range b.unfinished {
		done = min(done, (place-1)/2)
	}
	return done
}

// wait returns how long until a delivery may be due.
func (b *batch) wait() time.Duration {
	now := b.worker.now()
	if b.isPaused() {
		return b.open.State.PausedUntil.Sub(now)
	}
	if b.attempts > 0 {
		// There may be more by now, because sent deliveries made room.
		return 0
	}
	wait := lookAgain
	for _, queue := range b.queues {
		if next := queue[0].NextAttemptDate; next != nil {
			wait = min(wait, next.Sub(now))
		}
	}
	return wait
}
