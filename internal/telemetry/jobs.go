package telemetry

import (
	"context"
	"math"
	"time"

	"go.opentelemetry.io/otel/codes"

	"clientgraph/internal/observe"
)

// WebhookAttempt counts a message to a webhook, by what came of it and how long ago the
// change was.
func (t *Telemetry) WebhookAttempt(outcome string, lag time.Duration) {
	if t == nil || t.metrics == nil {
		return
	}
	t.webhooks.WithLabelValues(outcome).Inc()
	if outcome == webhookDelivered {
		t.webhookLag.Observe(max(lag, 0).Seconds())
	}
}

// webhookDelivered is the outcome of a message that arrived.
const webhookDelivered = "DELIVERED"

// Job watches a run of the work of that name, which goes on beside requests.
func (t *Telemetry) Job(ctx context.Context, name string, run func(context.Context) error) {
	if t == nil {
		_ = run(ctx)
		return
	}
	began := time.Now()
	ctx, span := t.tracer.Start(ctx, "job "+name)
	defer span.End()
	ctx, record := observe.With(ctx, "")
	result := resultOK
	if err := run(ctx); err != nil {
		result = resultFailed
		span.SetStatus(codes.Error, "")
	} else {
		t.jobSuccess.WithLabelValues(name).SetToCurrentTime()
	}
	t.jobs.WithLabelValues(name, result).Inc()
	t.jobTime.WithLabelValues(name).Observe(time.Since(began).Seconds())
	t.count(record.Summary())
}

// TransferEnded counts an import or an export that ended: how, and how long it took from
// when it first began.
func (t *Telemetry) TransferEnded(kind, outcome string, took time.Duration) {
	if t == nil || t.metrics == nil {
		return
	}
	t.transfers.WithLabelValues(kind, outcome).Inc()
	t.transferTime.WithLabelValues(kind).Observe(took.Seconds())
}

// TransferWent counts a step of an import or an export, and the rows that it read or
// wrote with it.
func (t *Telemetry) TransferWent(kind string, rows int64) {
	if t != nil && t.metrics != nil {
		t.transferSteps.WithLabelValues(kind).Inc()
		t.transferRows.WithLabelValues(kind).Add(float64(rows))
	}
}

// TransferFailed counts an attempt at an import or an export that failed on our side.
func (t *Telemetry) TransferFailed(kind string) {
	if t != nil && t.metrics != nil {
		t.transferFailures.WithLabelValues(kind).Inc()
	}
}

// WebhookDisabled counts a webhook that a server disabled.
func (t *Telemetry) WebhookDisabled(reason string) {
	if t != nil && t.metrics != nil {
		t.webhooksDisabled.WithLabelValues(reason).Inc()
	}
}

// Backlog is what waits in the database to be done beside requests, in all businesses.
type Backlog struct {
	// Transfers are the imports and exports that have not ended, by kind and state.
	Transfers map[[2]string]int64
	// Webhooks are all webhooks, by how they are.
	Webhooks map[string]int64
	// Feed is how long ago the oldest change was made that the feed does not show yet.
	Feed time.Duration
}

// Backlog shows what waits; nil where that is not known, for then nothing is shown.
func (t *Telemetry) Backlog(b *Backlog) {
	if t == nil || t.metrics == nil {
		return
	}
	if b == nil {
		t.transfersOpen.Reset()
		t.webhookHealth.Reset()
		t.feedWaiting.Set(math.NaN())
		return
	}
	for key, n := range b.Transfers {
		t.transfersOpen.WithLabelValues(key[0], key[1]).Set(float64(n))
	}
	for health, n := range b.Webhooks {
		t.webhookHealth.WithLabelValues(health).Set(float64(n))
	}
	t.feedWaiting.Set(max(b.Feed, 0).Seconds())
}
