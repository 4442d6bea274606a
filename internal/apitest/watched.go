package apitest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"clientgraph/internal/telemetry"
	"clientgraph/internal/testdb"
)

// Watched is New for a server that traces every operation, and logs each as a slow
// one.
func Watched(t testing.TB) *API {
	t.Helper()
	api := &API{Log: &Buffer{}, spans: tracetest.NewInMemoryExporter()}
	return watchedBy(t, api, telemetry.Options{
		Metrics: true, AccessLog: true, Slow: 1, Sample: 1, Spans: api.spans, Logger: telemetry.NewLogger(api.Log, false, slog.LevelDebug),
	})
}

// Logged is New for a server that logs every operation, and traces none.
func Logged(t testing.TB) *API {
	t.Helper()
	api := &API{Log: &Buffer{}}
	return watchedBy(t, api, telemetry.Options{Metrics: true, AccessLog: true, Slow: time.Minute, Logger: telemetry.NewLogger(api.Log, false, slog.LevelInfo)})
}

// InProduction is New for a server with the telemetry of production: it counts, logs a
// line for each operation, and traces a hundredth of them.
func InProduction(t testing.TB) *API {
	t.Helper()
	return watchedBy(t, &API{}, telemetry.Options{
		Metrics: true, AccessLog: true, Slow: time.Second, Sample: .01, Spans: tracetest.NewNoopExporter(), Logger: telemetry.NewLogger(io.Discard, false, slog.LevelInfo),
	})
}

func watchedBy(t testing.TB, api *API, options telemetry.Options) *API {
	t.Helper()
	var err error
	if api.watched, err = telemetry.New(t.Context(), options); err != nil {
		t.Fatalf("watch: %v", err)
	}
	return on(t, testdb.New(t), time.Now, api)
}

// monitor observes every database command, and passes it on to telemetry if that is on.
func (a *API) monitor() *event.CommandMonitor {
	recorded, watched := a.commands.monitor(), a.watched.Commands()
	if watched == nil {
		return recorded
	}
	started := recorded.Started
	monitor := *watched
	monitor.Started = func(ctx context.Context, e *event.CommandStartedEvent) {
		started(ctx, e)
		watched.Started(ctx, e)
	}
	return &monitor
}

// Observed returns all telemetry of the server: log lines, metrics and spans.
func (a *API) Observed(t testing.TB) string {
	t.Helper()
	r := httptest.NewRecorder()
	a.watched.Handler(&slog.LevelVar{}).ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if err := a.watched.Flush(t.Context()); err != nil {
		t.Fatalf("send the spans: %v", err)
	}
	spans, err := json.Marshal(a.spans.GetSpans())
	if err != nil {
		t.Fatalf("write the spans down: %v", err)
	}
	return a.Log.String() + r.Body.String() + string(spans)
}
