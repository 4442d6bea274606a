package webhooks_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/webhook/sending"
)

// run delivers until the test ends, and returns the runner.
func (w *world) run(t *testing.T, options webhooks.Options) *webhooks.Runner {
	t.Helper()
	sender := sending.New(sending.Options{Private: true, Timeout: time.Minute})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	runner := w.Service.NewRunner(sender, options)
	var running sync.WaitGroup
	running.Go(func() { runner.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		sender.Close()
	})
	return runner
}

// Deliveries that a receiver refuses are not late; only those that were not sent to it
// are.
func TestBacklogOfWebhooksTellsWhatTheirReceiversWaitFor(t *testing.T) {
	w := newWorld(t)
	hold, refuse := make(chan struct{}), &atomic.Bool{}
	var once sync.Once
	release := func() { once.Do(func() { close(hold) }) }
	r := newReceiver(t, func(_ int, _ message, answer http.ResponseWriter, _ *http.Request) bool {
		<-hold
		if refuse.Load() {
			answer.WriteHeader(http.StatusBadGateway)
		}
		return !refuse.Load()
	})
	t.Cleanup(release)
	made := w.make(t, r, nil)
	disabled := make(chan string, 10)
	options := quick()
	options.Disabled = func(reason string) { disabled <- reason }
	runner := w.run(t, options)
	if nothing := runner.Backlog(); nothing != (webhooks.Backlog{}) {
		t.Errorf("of nothing: %+v", nothing)
	}
	id := w.person(t)
	until(t, "the message that the receiver holds is late", func() bool {
		b := runner.Backlog()
		return b.Pending == 1 && b.Late > 0
	})
	refuse.Store(true)
	release()
	until(t, "what the receiver refuses is not waited for", func() bool {
		b := runner.Backlog()
		return b.Pending == 1 && b.Late == 0
	})
	// They wait for a message that was refused.
	w.patch(t, id, client.Values{"city": "There"})
	until(t, "both wait", func() bool { return runner.Backlog().Pending == 2 })
	if late := runner.Backlog().Late; late != 0 {
		t.Errorf("behind what the receiver refuses, a message is late by %v", late)
	}
	refuse.Store(false)
	until(t, "nothing waits", func() bool { return runner.Backlog() == webhooks.Backlog{} })
	if len(disabled) != 0 {
		t.Errorf("disabled: %s", <-disabled)
	}
	if !w.webhook(t, made.WebhookID).Enabled {
		t.Error("it is disabled")
	}
}

func TestDisabledWebhookIsToldAndHasNoBacklog(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(_ int, _ message, answer http.ResponseWriter, _ *http.Request) bool {
		answer.WriteHeader(http.StatusGone)
		return false
	})
	w.make(t, r, nil)
	disabled := make(chan string, 10)
	options := quick()
	options.Disabled = func(reason string) { disabled <- reason }
	runner := w.run(t, options)
	w.person(t)
	if reason := <-disabled; reason != "GONE" {
		t.Errorf("the reason is %s", reason)
	}
	until(t, "nothing waits", func() bool { return runner.Backlog() == webhooks.Backlog{} })
}
