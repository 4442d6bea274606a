package telemetry

import (
	"context"
	"math"
	"time"

	"go.opentelemetry.io/otel/codes"

	"clientgraph/internal/observe"
)

// WebhookAttempt counts a message to a webhook, with its outcome and the age of its
// change.
func (t *Telemetry) WebhookAttempt(outcome string, lag time.Duration) {
	if t == nil || t.metrics == nil {
		return
	}
	t.webhooks.WithLabelValues(outcome).Inc()
	if outcome == webhookDelivered {
		t.webhookLag.Observe(max(lag, 0).Seconds())
	}
}

// webhookDelivered is the outcome of a delivered message.
const webhookDelivered = "DELIVERED"

// Job records a run of background work with that name.
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

// TransferEnded counts an import or export that ended, with its outcome and the time
// since it first began.
func (t *Telemetry) TransferEnded(kind, outcome string, took time.Duration) {
	if t == nil || t.metrics == nil {
		return
	}
	t.transfers.WithLabelValues(kind, outcome).Inc()
	t.transferTime.WithLabelValues(kind).Observe(took.Seconds())
}

// TransferWent counts a step of an import or export, and the rows that it read or wrote.
func (t *Telemetry) TransferWent(kind string, rows int64) {
	if t != nil && t.metrics != nil {
		t.transferSteps.WithLabelValues(kind).Inc()
		t.transferRows.WithLabelValues(kind).Add(float64(rows))
	}
}

// TransferFailed counts an attempt at an import or export that failed internally.
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

// Backlog is the background work of all businesses that waits in the database.
type Backlog struct {
	// Transfers are the imports and exports that have not ended, by kind and state.
	Transfers map[[2]string]int64
	// Webhooks are the numbers of webhooks by their health.
	Webhooks map[string]int64
	// Feed is the age of the oldest change that is not in the feed yet.
	Feed time.Duration
}

// Backlog reports the backlog; with nil, if it is unknown, nothing is reported.
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
