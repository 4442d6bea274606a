package webhooks

import (
	"context"
	"crypto/rand"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"clientgraph/internal/store"
	"clientgraph/internal/webhook"
	"clientgraph/internal/webhook/sending"
)

const (
	// leaseTerm is how long the lease of a webhook lasts, and so how long its deliveries
	// wait when the process died that has it. leaseRenewal is how often leases are renewed;
	// changes of a webhook by others are noticed then.
	leaseTerm    = 30 * time.Second
	leaseRenewal = 5 * time.Second
	// releaseTime bounds how long a stop takes to give the webhooks back.
	releaseTime = 2 * time.Second
)

// Sender sends one message.
type Sender interface {
	Send(ctx context.Context, message sending.Message) (sending.Result, error)
}

// Options are how a Runner delivers. Zero values mean the defaults, which only tests change.
type Options struct {
	// Term and Renewal are the times of leases.
	Term, Renewal time.Duration
	// Delay is how long to wait after so many attempts that failed.
	Delay func(attempts int) time.Duration
	// GiveUpAfter is for how long a delivery that fails is tried again.
	GiveUpAfter time.Duration
	// Attempted is called after each attempt: its outcome, and how long ago the change was.
	Attempted func(outcome string, lag time.Duration)
	// Disabled is called after a webhook was disabled, for that reason.
	Disabled func(reason string)
	// Logger logs what fails on our side, and webhooks that are disabled.
	Logger *slog.Logger
}

// Runner delivers to the webhooks of all businesses, beside the runners of other
// processes: each webhook is one runner's at a time.
type Runner struct {
	endpoints *Endpoints
	sender    Sender
	options   Options
	owner     string

	working sync.WaitGroup
	workers map[store.WebhookKey]*worker

	mu sync.Mutex
	// renewed is when the leases were last renewed.
	renewed time.Time
	// backlogs are those of the webhooks that have one, as their workers last saw them.
	backlogs map[store.WebhookKey]backlog
}

// NewRunner returns a runner, which delivers while Run runs.
func (s *Endpoints) NewRunner(sender Sender, options Options) *Runner {
	if options.Term == 0 {
		options.Term, options.Renewal = leaseTerm, leaseRenewal
	}
	if options.Delay == nil {
		options.Delay = webhook.Delay
	}
	if options.GiveUpAfter == 0 {
		options.GiveUpAfter = webhook.GiveUpAfter
	}
	if options.Attempted == nil {
		options.Attempted = func(string, time.Duration) {}
	}
	if options.Disabled == nil {
		options.Disabled = func(string) {}
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	return &Runner{endpoints: s, sender: sender, options: options, owner: rand.Text(), workers: map[store.WebhookKey]*worker{}, backlogs: map[store.WebhookKey]backlog{}}
}

// Run delivers until ctx ends, and gives the webhooks back then.
func (r *Runner) Run(ctx context.Context) {
	ticker := time.NewTicker(r.options.Renewal)
	defer ticker.Stop()
	defer r.release(ctx)
	for {
		if err := r.renew(ctx); err != nil && ctx.Err() == nil {
			r.options.Logger.WarnContext(ctx, "webhooks are not delivered to; this is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.endpoints.WebhooksChanged():
		}
	}
}

// renew renews the leases, takes webhooks that no process has, and starts and stops workers,
// so that each webhook with a lease has one.
func (r *Runner) renew(ctx context.Context) error {
	now := r.endpoints.Now()
	until := now.Add(r.options.Term)
	claimed, err := r.endpoints.Store.ClaimWebhooks(ctx, r.owner, now, until)
	if err != nil {
		return err
	}
	businesses := r.businesses(claimed)
	var held []store.HeldWebhook
	if len(businesses) > 0 {
		if held, err = r.endpoints.Store.RenewWebhookLeases(ctx, r.owner, businesses, until); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.renewed = now
	r.mu.Unlock()
	revisions := make(map[store.WebhookKey]int64, len(held))
	for _, webhook := range held {
		revisions[webhook.WebhookKey] = webhook.Revision
	}
	for key, w := range r.workers {
		if _, ours := revisions[key]; !ours {
			w.stop()
			delete(r.workers, key)
		}
	}
	for key, revision := range revisions {
		w := r.workers[key]
		if w == nil {
			w = r.start(ctx, key)
			w.revision = revision
		}
		if w.revision != revision {
			w.revision = revision
			w.wake()
		}
	}
	return nil
}

// businesses are those of the webhooks that are held or were just claimed, each once.
func (r *Runner) businesses(claimed []store.WebhookKey) []int64 {
	var ids []int64
	for _, key := range append(claimed, slices.Collect(maps.Keys(r.workers))...) {
		ids = append(ids, key.BusinessID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// leaseLeft is how long the leases still last, by the clock of this process.
func (r *Runner) leaseLeft() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.options.Term - r.endpoints.Now().Sub(r.renewed)
}

func (r *Runner) holds() bool { return r.leaseLeft() > 0 }

// start has a worker deliver to a webhook.
func (r *Runner) start(ctx context.Context, key store.WebhookKey) *worker {
	ctx, cancel := context.WithCancel(ctx)
	w := &worker{runner: r, key: key, stop: cancel, woken: make(chan struct{}, 1)}
	r.workers[key] = w
	r.working.Go(func() {
		w.run(ctx)
		r.setBacklog(key, nil)
	})
	return w
}

// release ends the workers, and gives the webhooks back for others to go on with.
func (r *Runner) release(ctx context.Context) {
	businesses := r.businesses(nil)
	for _, w := range r.workers {
		w.stop()
	}
	r.working.Wait()
	if len(businesses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := r.endpoints.Store.ReleaseWebhooks(ctx, r.owner, businesses); err != nil {
		r.options.Logger.WarnContext(ctx, "webhooks wait for their leases to end", "error", err)
	}
}
