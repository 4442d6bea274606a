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

// callersTraces is how many traces a second callers can ask for: a caller that
// asks for every one must not cost more than the server can tell.
const callersTraces = 50

// endpoint is where a kind of signal is sent: below the receiver's URL, as the
// specification of OTLP has it.
func endpoint(base, signal string) string { return strings.TrimSuffix(base, "/") + "/v1/" + signal }

// traceParent is the one header of trace context that is read. Of tracestate, which
// vendors fill as they like, nothing is kept.
const traceParent = "Traceparent"

// withCaller returns a context that stands below the caller's span, where the
// header tells of one.
func withCaller(ctx context.Context, header http.Header) context.Context {
	given := header.Values(traceParent)
	if len(given) != 1 {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": given[0]})
}

// sampler traces what callers want traced, within a bound, and a part of the rest.
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

// admits says whether another trace may begin because its caller wants it.
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

// isTraced says whether a context's span is sampled, so that it is worth naming.
func isTraced(ctx context.Context) (id string, ok bool) {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsSampled() {
		return "", false
	}
	return span.TraceID().String(), true
}
