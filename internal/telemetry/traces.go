package telemetry

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// callersTraces bounds the traces that callers can request in a second, so that a caller
// who requests all of them does not slow the server down.
const callersTraces = 50

// endpoint returns the URL for a kind of signal: below the receiver's URL, as OTLP
// specifies.
func endpoint(base, signal string) string { return strings.TrimSuffix(base, "/") + "/v1/" + signal }

// traceParent is the only header of trace context that is read. tracestate, which vendors
// fill freely, is ignored.
const traceParent = "Traceparent"

// withCaller returns a context below the caller's span, if the header has one.
func withCaller(ctx context.Context, header http.Header) context.Context {
	given := header.Values(traceParent)
	if len(given) != 1 {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": given[0]})
}

// sampler traces operations that callers want traced, up to a bound, and a share of the
// others.
type sampler struct {
	rest sdktrace.Sampler
	now  func() time.Time

	mu     sync.Mutex
	second time.Time
	asked  int
}

func newSampler(part float64) *sampler {
	return &sampler{rest: sdktrace.TraceIDRatioBased(part), now: time.Now}
}

// ShouldSample implements sdktrace.Sampler.
func (s *sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	parent := trace.SpanContextFromContext(p.ParentContext)
	switch {
	case !parent.IsValid():
		return s.rest.ShouldSample(p)
	case !parent.IsSampled():
		return sdktrace.NeverSample().ShouldSample(p)
	case parent.IsRemote() && !s.admits():
		return s.rest.ShouldSample(p)
	}
	return sdktrace.AlwaysSample().ShouldSample(p)
}

// admits says whether another trace may begin because its caller requests it.
func (s *sampler) admits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.second) >= time.Second {
		s.second, s.asked = now, 0
	}
	s.asked++
	return s.asked <= callersTraces
}

// Description implements sdktrace.Sampler.
func (s *sampler) Description() string { return "CallersWithinBounds{" + s.rest.Description() + "}" }

// isTraced says whether a context's span is sampled, and so needs a name.
func isTraced(ctx context.Context) (id string, ok bool) {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsSampled() {
		return "", false
	}
	return span.TraceID().String(), true
}
