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
	// wait if the process with the lease dies. leaseRenewal is how often leases are
	// renewed; changes of a webhook by other processes are noticed then.
	leaseTerm    = 30 * time.Second
	leaseRenewal = 5 * time.Second
	// releaseTime bounds how long giving the webhooks back may take when the process
	// stops.
	releaseTime = 2 * time.Second
)

// Sender sends one message.
type Sender interface {
	Send(ctx context.Context, message sending.Message) (sending.Result, error)
}

// Options configure a Runner. Zero values mean the defaults; only tests set others.
type Options struct {
	// Term and Renewal are the times of leases.
	Term, Renewal time.Duration
	// Delay returns how long to wait after that many failed attempts.
	Delay func(attempts int) time.Duration
	// GiveUpAfter is how long a failing delivery is tried again.
	GiveUpAfter time.Duration
	// Attempted is called after each attempt, with its outcome and the age of the change.
	Attempted func(outcome string, lag time.Duration)
	// Disabled is called after a webhook was disabled, with the reason.
	Disabled func(reason string)
	// Logger logs internal failures, and webhooks that are disabled.
	Logger *slog.Logger
}

// Runner delivers to the webhooks of all businesses, together with the runners of other
// processes: each webhook belongs to one runner at a time.
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
	// backlogs are the backlogs that workers last found, only of webhooks that have one.
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

// Run delivers until ctx ends, and then gives the webhooks back.
func (r *Runner) Run(ctx context.Context) {
	ticker := time.NewTicker(r.options.Renewal)
	defer ticker.Stop()
	defer r.release(ctx)
	for {
		if err := r.renew(ctx); err != nil && ctx.Err() == nil {
			r.options.Logger.WarnContext(ctx, "webhooks can't be delivered to; will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.endpoints.WebhooksChanged():
		}
	}
}

// renew renews the leases, takes webhooks that no process has, and starts and stops
// workers, so that each webhook with a lease has one.
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

// businesses returns the businesses of the webhooks that are held or were just claimed,
// without duplicates.
func (r *Runner) businesses(claimed []store.WebhookKey) []int64 {
	var ids []int64
	for _, key := range append(claimed, slices.Collect(maps.Keys(r.workers))...) {
		ids = append(ids, key.BusinessID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// leaseLeft returns how long the leases still last, by the clock of this process.
func (r *Runner) leaseLeft() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.options.Term - r.endpoints.Now().Sub(r.renewed)
}

func (r *Runner) holds() bool { return r.leaseLeft() > 0 }

// start starts a worker for a webhook.
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

// release stops the workers, and gives the webhooks back so that other processes can
// continue.
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
		r.options.Logger.WarnContext(ctx, "the leases of webhooks were not given back; the webhooks wait for their end", "error", err)
	}
}
