package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"clientgraph/internal/observe"
)

// Outcomes of operations.
const (
	outcomeOK         = "ok"
	outcomeRefused    = "refused"
	outcomeOverloaded = "overloaded"
	outcomeFailed     = "failed"
)

// longestName bounds an operation's name in telemetry.
const longestName = 64

// subscription is the kind of operations whose duration depends on their callers.
const subscription = "subscription"

// Operation records an operation; a nil *Operation records nothing.
type Operation struct {
	t      *Telemetry
	ctx    context.Context
	span   trace.Span
	record *observe.Record
	began  time.Time
	waited time.Duration
	About
	codes []string
	bytes int
	// counted are the commands that were counted already: those of a subscription, which
	// may last for days, are counted at each event.
	counted observe.Summary
}

// About describes an operation.
type About struct {
	// Name is the operation's name, Kind query, mutation or subscription, Hash the
	// SHA-256 of the document.
	Name, Kind, Hash string
	Points           int64
}

// Begin begins to record an operation of a request with those headers. Execute it in the
// returned context.
func (t *Telemetry) Begin(ctx context.Context, header http.Header, requestID string) (context.Context, *Operation) {
	if t == nil {
		return ctx, nil
	}
	called := withCaller(ctx, header)
	span := trace.SpanFromContext(called)
	if t.Traces() || called != ctx {
		called, span = t.tracer.Start(called, "operation", trace.WithSpanKind(trace.SpanKindServer))
	}
	ctx, record := observe.With(called, requestID)
	return ctx, &Operation{t: t, ctx: ctx, span: span, record: record, began: time.Now()}
}

// Turn records that the operation got its turn.
func (o *Operation) Turn() {
	if o != nil {
		o.waited = time.Since(o.began)
		o.t.waits.Observe(o.waited.Seconds())
	}
}

// Is describes the operation after its document was read.
func (o *Operation) Is(about func() About) {
	if o == nil {
		return
	}
	o.About = about()
	o.Name = o.Name[:min(len(o.Name), longestName)]
}

// Answered records the error codes of an answer, or of an event of a subscription.
func (o *Operation) Answered(codes func() []string) {
	if o == nil {
		return
	}
	if o.Kind == subscription {
		o.t.events.Inc()
		o.count()
	}
	for _, code := range codes() {
		o.t.errors.WithLabelValues(o.t.codes.label(code)).Inc()
		if !slices.Contains(o.codes, code) {
			o.codes = append(o.codes, code)
		}
	}
}

// Sized records the size of the answer in bytes.
func (o *Operation) Sized(bytes int) {
	if o != nil {
		o.bytes = bytes
	}
}

// End records the end of the operation, with the rows that it read, and its caller's
// business and role, but not its user.
func (o *Operation) End(rows, business int64, role string) {
	if o == nil {
		return
	}
	done := o.count()
	took := time.Since(o.began)
	t, outcome, label := o.t, o.outcome(), o.t.names.label(o.Name)
	if o.Kind == "" {
		// It was refused before its document was read.
		label = otherName
	}
	t.operations.WithLabelValues(label, o.Kind, outcome).Inc()
	if o.Kind != subscription {
		o.observe(t.durations.WithLabelValues(label, o.Kind), took)
	}
	t.points.Add(float64(o.Points))
	t.rows.Add(float64(rows))
	t.answers.Add(float64(o.bytes))
	o.endSpan(outcome, rows, &done)
	o.log(took, outcome, rows, &done, slog.Int64("business", business), slog.String("role", role))
}

// observe records a duration, with the id of its trace.
func (o *Operation) observe(in prometheus.Observer, took time.Duration) {
	if id, traced := isTraced(o.ctx); traced {
		in.(prometheus.ExemplarObserver).ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": id}) //nolint:forcetypeassert // Histograms are.
		return
	}
	in.Observe(took.Seconds())
}

// count adds the record's new commands to the metrics, and returns all that were counted
// for the operation.
func (o *Operation) count() observe.Summary {
	done := o.record.Summary()
	o.t.count(done)
	done.Commands += o.counted.Commands
	done.CommandTime += o.counted.CommandTime
	done.Retries += o.counted.Retries
	o.counted = observe.Summary{Commands: done.Commands, CommandTime: done.CommandTime, Retries: done.Retries}
	return done
}

// count adds a summary to the metrics.
func (m *metrics) count(done observe.Summary) {
	for _, size := range done.Batches {
		m.batches.Observe(float64(size))
	}
	for _, code := range done.UserErrors {
		m.userErrors.WithLabelValues(code).Inc()
	}
	m.retries.Add(float64(done.Retries))
	m.planned.Add(float64(done.Planned))
	m.planHits.Add(float64(done.PlansKnown))
	m.planMisses.Add(float64(done.PlansMade))
}

// outcome returns the outcome of the operation, by the worst of its errors.
func (o *Operation) outcome() string {
	outcome := outcomeOK
	for _, code := range o.codes {
		switch code {
		case "INTERNAL", "UNAVAILABLE", "TIMEOUT":
			return outcomeFailed
		case "OVERLOADED":
			outcome = outcomeOverloaded
		default:
			if outcome == outcomeOK {
				outcome = outcomeRefused
			}
		}
	}
	return outcome
}

func (o *Operation) endSpan(outcome string, rows int64, done *observe.Summary) {
	if !o.span.IsRecording() {
		o.span.End()
		return
	}
	if o.Kind != "" {
		o.span.SetName(o.Kind + " " + o.t.names.label(o.Name))
	}
	o.span.SetAttributes(
		attribute.String("graphql.operation.name", o.Name), attribute.String("graphql.operation.type", o.Kind),
		attribute.String("clientgraph.document.hash", o.Hash), attribute.String("clientgraph.outcome", outcome),
		attribute.StringSlice("clientgraph.codes", o.codes), attribute.Int64("clientgraph.points", o.Points),
		attribute.Int64("clientgraph.rows", rows), attribute.Int("clientgraph.commands", done.Commands),
		attribute.Int("clientgraph.bytes", o.bytes), attribute.Float64("clientgraph.waited_ms", milliseconds(o.waited)))
	if outcome == outcomeFailed {
		o.span.SetStatus(codes.Error, "")
	}
	o.span.End()
}

// log writes the access line, and a line if the operation was slow. who has the
// attributes of the caller.
func (o *Operation) log(took time.Duration, outcome string, rows int64, done *observe.Summary, who ...slog.Attr) {
	options := &o.t.options
	slow := options.Slow > 0 && took >= options.Slow && o.Kind != subscription
	told := options.AccessLog && o.t.logger.Enabled(o.ctx, slog.LevelInfo)
	if !told && !slow {
		return
	}
	attrs := append(make([]slog.Attr, 0, 24),
		slog.String("operation", o.Name), slog.String("kind", o.Kind), slog.String("hash", o.Hash),
		slog.String("outcome", outcome), slog.Float64("ms", milliseconds(took)), slog.Float64("waitedMs", milliseconds(o.waited)),
		slog.Int64("points", o.Points), slog.Int64("rows", rows),
		slog.Int("commands", done.Commands), slog.Float64("commandMs", milliseconds(done.CommandTime)), slog.Int("bytes", o.bytes), slog.Int("planned", done.Planned))
	attrs = append(attrs, who...)
	if len(o.codes) > 0 {
		attrs = append(attrs, slog.Any("codes", o.codes))
	}
	if len(done.UserErrors) > 0 {
		attrs = append(attrs, slog.Any("userErrors", done.UserErrors))
	}
	if done.Retries > 0 {
		attrs = append(attrs, slog.Int("retries", done.Retries))
	}
	if told {
		o.t.logger.LogAttrs(o.ctx, slog.LevelInfo, "operation", attrs...)
	}
	if slow {
		o.t.logger.LogAttrs(o.ctx, slog.LevelWarn, "slow operation", append(attrs, slog.Any("batches", sizes(done.Batches)), slog.Any("longest", longest(done.Longest)))...)
	}
}

// longest returns the longest commands of a slow operation as texts.
func longest(commands []observe.Command) []string {
	texts := make([]string, len(commands))
	for i, c := range commands {
		texts[i] = c.Name + " " + c.Collection + " " + strconv.FormatFloat(milliseconds(c.Took), 'f', 1, 64) + " ms " + strconv.Itoa(c.Bytes) + " bytes"
		if c.Failed {
			texts[i] += " failed"
		}
	}
	return texts
}

// sizes returns the sizes of batches as texts, one for each level.
func sizes(batches []int) []string {
	texts := make([]string, len(batches))
	for i, size := range batches {
		texts[i] = strconv.Itoa(size)
	}
	return texts
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Refused counts a request that was refused before its operation was read.
func (t *Telemetry) Refused(code string) {
	if t != nil {
		t.refused.WithLabelValues(t.codes.label(code)).Inc()
	}
}

// Document counts a request for a document; known says whether it was cached.
func (t *Telemetry) Document(known bool) {
	switch {
	case t == nil:
	case known:
		t.documentHits.Inc()
	default:
		t.documents.WithLabelValues(resultMiss).Inc()
	}
}
