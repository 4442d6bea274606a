// Package telemetry records what the server does for its operators: metrics for
// Prometheus and OTLP, spans for OTLP, an access line for each operation, and a handler
// for a listener of their own.
//
// No metric, span or log line has a value of a request, a row or a token: names come from
// the schema or from documents, everything else is a size, a duration or a code.
//
// A nil *Telemetry is off: all its methods can be called, and do nothing.
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

// Options say what is recorded, and where it is sent.
type Options struct {
	// Metrics turns metrics on for a listener that serves them.
	Metrics bool
	// Endpoint is the URL of an OTLP receiver of metrics and spans, over HTTP; empty for
	// none. The SDK's variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_METRIC_EXPORT_INTERVAL,
	// OTEL_RESOURCE_ATTRIBUTES and the like) apply too.
	Endpoint string
	// Sample is the share of operations that are traced if the caller does not decide,
	// from 0 to 1.
	Sample float64
	// AccessLog writes a line for each operation.
	AccessLog bool
	// Slow is the duration from which an operation is logged as slow; 0 for never.
	Slow time.Duration
	// Operations are operation names that metrics always distinguish: those of published
	// documents.
	Operations []string
	Logger     *slog.Logger
	// Spans receives spans instead of Endpoint, for tests.
	Spans sdktrace.SpanExporter
}

// Telemetry records metrics and traces. It is safe for concurrent use.
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

// New starts telemetry; nil if all of it is off.
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
	// The same metrics as for Prometheus, so that each is counted once.
	reader := metric.NewPeriodicReader(exporter, metric.WithProducer(bridge.NewMetricProducer(bridge.WithGatherer(t.registry))))
	t.closers = append(t.closers, metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(about)).Shutdown)
	return t, nil
}

// exportSpans starts tracing.
func (t *Telemetry) exportSpans(ctx context.Context, about *resource.Resource) error {
	exporter := t.options.Spans
	if exporter == nil {
		var err error
		if exporter, err = otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint(t.options.Endpoint, "traces"))); err != nil {
			return fmt.Errorf("export spans: %w", err)
		}
	}
	provider := sdktrace.NewTracerProvider(
		// Spans that are not sent in time are dropped: requests do not wait for them.
		sdktrace.WithBatcher(exporter), sdktrace.WithResource(about), sdktrace.WithSampler(newSampler(t.options.Sample)))
	t.tracer = provider.Tracer(observe.Tracer)
	t.flush, t.closers = provider.ForceFlush, append(t.closers, provider.Shutdown)
	return nil
}

// Traces says whether spans are exported.
func (t *Telemetry) Traces() bool {
	return t != nil && (t.options.Endpoint != "" || t.options.Spans != nil)
}

// Flush sends the spans that have ended.
func (t *Telemetry) Flush(ctx context.Context) error {
	if !t.Traces() {
		return nil
	}
	return t.flush(ctx)
}

// Close sends the rest, for as long as ctx allows.
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
