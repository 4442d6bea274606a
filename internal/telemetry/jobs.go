package telemetry

import (
	"context"
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

// TransferEnded counts an import or an export that ended: its rows, and how long it took
// from its first start.
func (t *Telemetry) TransferEnded(kind, state string, rows int64, took time.Duration) {
	if t == nil || t.metrics == nil {
		return
	}
	t.transfers.WithLabelValues(kind, state).Inc()
	t.transferRows.WithLabelValues(kind).Add(float64(rows))
	t.transferTime.WithLabelValues(kind).Observe(took.Seconds())
}
