package webhooks

import (
	"context"
	"fmt"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

const (
	// maxPending bounds the stored pending deliveries of a webhook; later changes wait in
	// the feed.
	maxPending = 500
	// keptDeliveries is how many delivered and how many failed deliveries of a webhook
	// are kept. Older ones are deleted after trimEvery attempts.
	keptDeliveries = 1_000
	trimEvery      = 500
	// lookAgain is the longest wait for the feed to grow before it is read anyway.
	// retryAfter is the wait after an internal error.
	lookAgain  = time.Minute
	retryAfter = 2 * time.Second
)

// worker delivers to one webhook.
type worker struct {
	runner *Runner
	key    store.WebhookKey
	stop   context.CancelFunc
	// woken receives a value when the webhook was changed elsewhere.
	woken chan struct{}
	// revision is the revision that the runner last saw.
	revision int64

	// checked is the revision of the webhook for which check found no gap.
	checked *int64
	// attempts counts the attempts since deliveries were trimmed.
	attempts int
}

func (w *worker) wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func (w *worker) store() store.WebhookStore { return w.runner.endpoints.Store }

func (w *worker) scope() client.Scope {
	return client.Scope{BusinessID: w.key.BusinessID, Role: client.RoleAdmin, Rows: client.Rows{All: true}}
}

// run delivers until ctx ends.
func (w *worker) run(ctx context.Context) {
	rings := w.runner.endpoints.Store.WatchChanges(ctx, w.scope())
	for ctx.Err() == nil {
		wait, err := w.round(ctx)
		if err != nil && ctx.Err() == nil {
			w.runner.options.Logger.WarnContext(ctx, "a webhook can't be delivered to; will try again", "webhookId", w.key.WebhookID, "error", err)
			wait = retryAfter
		}
		timer := time.NewTimer(max(min(wait, lookAgain), 0))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.woken:
		case <-rings:
		}
		timer.Stop()
	}
}

// round delivers what is due, and returns how long to wait for more, unless it is woken.
func (w *worker) round(ctx context.Context) (time.Duration, error) {
	if !w.runner.holds() {
		return w.runner.options.Renewal, nil
	}
	open, err := w.store().OpenWebhook(ctx, w.runner.owner, w.key)
	if err != nil {
		return 0, err
	}
	if open == nil {
		w.runner.setBacklog(w.key, nil)
		return lookAgain, nil
	}
	if paused := open.State.PausedUntil.Sub(w.now()); paused > 0 {
		return paused, nil
	}
	before := open.State
	pending, err := w.fill(ctx, open)
	if err != nil {
		return 0, err
	}
	w.runner.setBacklog(w.key, backlogOf(open, pending))
	b := newBatch(w, open, pending)
	if err := b.send(ctx); err != nil {
		return 0, err
	}
	w.runner.setBacklog(w.key, backlogOf(open, pending))
	open.State.Done = max(open.State.Done, b.doneUntil())
	if before != open.State {
		ours, err := w.store().SaveWebhookState(ctx, w.runner.owner, open)
		if err != nil || !ours {
			return 0, err
		}
	}
	if b.disable != nil {
		w.runner.options.Logger.WarnContext(ctx, "a webhook was disabled", "webhookId", w.key.WebhookID, "reason", *b.disable)
		if err := w.store().DisableWebhook(ctx, w.runner.owner, open, *b.disable); err != nil {
			return 0, err
		}
		w.runner.setBacklog(w.key, nil)
		w.runner.options.Disabled(string(*b.disable))
		return lookAgain, nil
	}
	return b.wait(), w.trim(ctx, b.attempts)
}

// trim deletes old deliveries that are not pending, every trimEvery attempts.
func (w *worker) trim(ctx context.Context, attempts int) error {
	if w.attempts += attempts; w.attempts < trimEvery {
		return nil
	}
	w.attempts = 0
	return w.store().TrimDeliveries(ctx, w.key, keptDeliveries)
}

func (w *worker) now() time.Time { return w.runner.endpoints.Now() }

// secrets returns the secrets that sign the webhook's messages now.
func (w *worker) secrets(open *store.OpenWebhook) ([]string, error) {
	sealed := [][]byte{open.Secret}
	if until := open.PreviousSecretExpires; until != nil && w.now().Before(*until) {
		sealed = append(sealed, open.PreviousSecret)
	}
	secrets := make([]string, len(sealed))
	for i, ciphertext := range sealed {
		secret, err := w.runner.endpoints.Cipher.Open(ciphertext, w.key.BusinessID, w.key.WebhookID, secretField)
		if err != nil {
			return nil, fmt.Errorf("open a webhook's secret: %w", err)
		}
		secrets[i] = secret
	}
	return secrets, nil
}
