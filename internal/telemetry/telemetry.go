// Package telemetry counts, traces and logs what the server does, and shows it to
// those who run it: metrics for Prometheus and OTLP, spans for OTLP, an access line
// for each operation, and a handler for a listener of their own.
//
// No metric, span or line holds a value of a request, a row or a token: names are
// of the schema or of documents, everything else is a size, a duration or a code.
//
// A nil *Telemetry is one that is off: all its methods may be called, and do nothing.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"clientgraph/internal/observe"
)

// Options say what is counted, and who is told.
type Options struct {
	// Metrics counts for a listener that shows them.
	Metrics bool
	// Endpoint is the URL of an OTLP receiver of metrics and spans, over HTTP; empty
	// for none. The SDK's variables (OTEL_EXPORTER_OTLP_HEADERS,
	// OTEL_METRIC_EXPORT_INTERVAL, OTEL_RESOURCE_ATTRIBUTES and the like) hold beside it.
	Endpoint string
	// Sample is the part of operations that are traced where the caller does not say,
	// from 0 to 1.
	Sample float64
	// AccessLog writes a line for each operation.
	AccessLog bool
	// Slow is from when on an operation is logged as a slow one; 0 for never.
	Slow time.Duration
	// Operations are names of operations that are always told apart: those of the
	// documents that were published.
	Operations []string
	Logger     *slog.Logger
	// Spans takes spans instead of Endpoint, for tests.
	Spans sdktrace.SpanExporter
}

// Telemetry counts and traces. It is safe for concurrent use.
type Telemetry struct {
	*metrics
	options Options
	tracer  trace.Tracer
	logger  *slog.Logger
	names   *names
	codes   *names

	flush   func(context.Context) error
	closers []func(context.Context) error
}

// New begins to count; nil where nothing is to be told to anybody.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	if !o.Metrics && o.Endpoint == "" && !o.AccessLog && o.Slow == 0 && o.Spans == nil {
		return nil, nil //nolint:nilnil // It is off, and nothing went wrong.
	}
	t := &Telemetry{
		metrics: newMetrics(), options: o, logger: o.Logger, tracer: noop.NewTracerProvider().Tracer(observe.Tracer),
		names: newNames(mostNames, o.Operations), codes: newNames(mostCodes, nil),
	}
	if o.Endpoint == "" && o.Spans == nil {
		return t, nil
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "clientgraph"), attribute.String("service.version", Build().Version),
	), resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	if err := t.exportSpans(ctx, about); err != nil {
		return nil, err
	}
	if o.Endpoint == "" {
		return t, nil
	}
	exporter, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(endpoint(o.Endpoint, "metrics")))
	if err != nil {
		return nil, fmt.Errorf("export metrics: %w", err)
	}
	// The same metrics as Prometheus reads: what is counted is counted once.
	reader := metric.NewPeriodicReader(exporter, metric.WithProducer(bridge.NewMetricProducer(bridge.WithGatherer(t.registry))))
	t.closers = append(t.closers, metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(about)).Shutdown)
	return t, nil
}

// exportSpans begins to trace.
func (t *Telemetry) exportSpans(ctx context.Context, about *resource.Resource) error {
	exporter := t.options.Spans
	if exporter == nil {
		var err error
		if exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint(t.options.Endpoint, "traces"))); err != nil {
			return fmt.Errorf("export spans: %w", err)
		}
	}
	provider := sdktrace.NewTracerProvider(
		// Spans that nobody takes in time are dropped: requests don't wait for them.
		sdktrace.WithBatcher(exporter), sdktrace.WithResource(about), sdktrace.WithSampler(newSampler(t.options.Sample)))
	t.tracer = provider.Tracer(observe.Tracer)
	t.flush, t.closers = provider.ForceFlush, append(t.closers, provider.Shutdown)
	return nil
}

// Traces says whether spans are told to anybody.
func (t *Telemetry) Traces() bool {
	return t != nil && (t.options.Endpoint != "" || t.options.Spans != nil)
}

// Flush sends the spans that ended.
func (t *Telemetry) Flush(ctx context.Context) error {
	if !t.Traces() {
		return nil
	}
	return t.flush(ctx)
}

// Close sends what was not sent yet, as long as ctx allows.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var failures []error
	for _, closer := range t.closers {
		failures = append(failures, closer(ctx))
	}
	return errors.Join(failures...)
}
