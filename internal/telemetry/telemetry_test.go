package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"clientgraph/internal/client"
	"clientgraph/internal/observe"
	"clientgraph/internal/telemetry"
)

// told is a Telemetry with all that it tells.
type told struct {
	*telemetry.Telemetry
	log   *bytes.Buffer
	level *slog.LevelVar
	spans *tracetest.InMemoryExporter
}

func tell(t *testing.T, o telemetry.Options) *told {
	t.Helper()
	w := &told{log: &bytes.Buffer{}, level: &slog.LevelVar{}, spans: tracetest.NewInMemoryExporter()}
	o.Logger, o.Spans, o.Metrics = telemetry.NewLogger(w.log, false, w.level), keeping{w.spans}, true
	var err error
	if w.Telemetry, err = telemetry.New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return w
}

// keeping is an exporter that keeps what it has when it is shut down.
type keeping struct{ *tracetest.InMemoryExporter }

func (keeping) Shutdown(context.Context) error { return nil }

var _ sdktrace.SpanExporter = keeping{}

// get asks the private listener.
func (w *told) get(t *testing.T, path string) string {
	t.Helper()
	return w.send(t, http.MethodGet, path, "").Body.String()
}

func (w *told) send(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRecorder()
	w.Handler(w.level).ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return r
}

// operate does an operation of that name.
func (w *told) operate(ctx context.Context, header http.Header, name string) {
	_, o := w.Begin(ctx, header, "request")
	o.Is(func() telemetry.About { return telemetry.About{Name: name, Kind: "query", Hash: "hash", Points: 3} })
	o.End(5, 43111, "OWNER")
}

func TestNamesThatCallersMakeUpAreBoundedInMetrics(t *testing.T) {
	w := tell(t, telemetry.Options{Operations: []string{"Published"}})
	for i := range 1000 {
		w.operate(t.Context(), nil, "Made"+strconv.Itoa(i))
	}
	w.operate(t.Context(), nil, "Published")
	metrics := w.get(t, "/metrics")
	if n := strings.Count(metrics, "clientgraph_operations_total{"); n > 110 {
		t.Errorf("a thousand names are %d series", n)
	}
	for _, want := range []string{`operation="other",outcome="ok"} 900`, `operation="Published",outcome="ok"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("want %s among %s", want, metrics)
		}
	}
}

func TestWebhookAttemptsAreCountedByOutcomeAndTheirLagWhenTheyArrive(t *testing.T) {
	w := tell(t, telemetry.Options{})
	w.WebhookAttempt("TIMED_OUT", time.Hour)
	w.WebhookAttempt("DELIVERED", 2*time.Second)
	metrics := w.get(t, "/metrics")
	for _, want := range []string{
		`clientgraph_webhook_attempts_total{outcome="TIMED_OUT"} 1`, `clientgraph_webhook_attempts_total{outcome="DELIVERED"} 1`,
		"clientgraph_webhook_lag_seconds_sum 2\n", "clientgraph_webhook_lag_seconds_count 1\n",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("want %s among %s", want, metrics)
		}
	}
}

func TestImportsAndExportsAreCountedByKindAndOutcome(t *testing.T) {
	w := tell(t, telemetry.Options{})
	w.TransferWent("IMPORT_CLIENTS", 500)
	w.TransferWent("IMPORT_CLIENTS", 0)
	w.TransferFailed("IMPORT_CLIENTS")
	w.TransferEnded("IMPORT_CLIENTS", "FILE_REFUSED", 2*time.Second)
	wantMetrics(t, w, `clientgraph_transfer_rows_total{kind="IMPORT_CLIENTS"} 500`, `clientgraph_transfer_steps_total{kind="IMPORT_CLIENTS"} 2`,
		`clientgraph_transfer_attempts_failed_total{kind="IMPORT_CLIENTS"} 1`, `clientgraph_transfer_jobs_total{kind="IMPORT_CLIENTS",outcome="FILE_REFUSED"} 1`,
		`clientgraph_transfer_duration_seconds_sum{kind="IMPORT_CLIENTS"} 2`,
		// The first one that fails is to be an increase.
		`clientgraph_transfer_jobs_total{kind="EXPORT_CLIENTS",outcome="INTERNAL"} 0`, `clientgraph_webhooks_disabled_total{reason="GONE"} 0`)
}

func wantMetrics(t *testing.T, w *told, all ...string) {
	t.Helper()
	metrics := w.get(t, "/metrics")
	for _, want := range all {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("want %s among %s", want, metrics)
		}
	}
}

// A server that can't ask the database must not go on telling what it knew.
func TestBacklogIsNotToldWhereItIsNotKnown(t *testing.T) {
	w := tell(t, telemetry.Options{})
	w.Backlog(&telemetry.Backlog{
		Transfers: map[[2]string]int64{{"EXPORT_CLIENTS", "QUEUED"}: 3}, Webhooks: map[string]int64{"failing": 2}, Feed: time.Minute,
	})
	wantMetrics(t, w, `clientgraph_transfer_jobs_open{kind="EXPORT_CLIENTS",state="QUEUED"} 3`, `clientgraph_webhooks{state="failing"} 2`, "clientgraph_feed_waiting_seconds 60")
	w.Backlog(nil)
	wantMetrics(t, w, "clientgraph_feed_waiting_seconds NaN")
	if metrics := w.get(t, "/metrics"); strings.Contains(metrics, "clientgraph_transfer_jobs_open{") || strings.Contains(metrics, "clientgraph_webhooks{") {
		t.Errorf("told: %s", metrics)
	}
}

func TestCallersTracesAreBounded(t *testing.T) {
	w := tell(t, telemetry.Options{})
	header := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}
	for range 1000 {
		w.operate(t.Context(), header, "Asked")
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A second may end within the loop, so that two seconds' are admitted.
	if n := len(w.spans.GetSpans()); n < 50 || n > 100 {
		t.Errorf("of a thousand operations that callers wanted traced %d were", n)
	}
}

func TestOperationIsNotTracedWhereItsCallerSaysSo(t *testing.T) {
	w := tell(t, telemetry.Options{Sample: 1})
	w.operate(t.Context(), http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}, "Unsampled")
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.spans.GetSpans()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

func TestTracestateIsNotPassedOn(t *testing.T) {
	w := tell(t, telemetry.Options{})
	w.operate(t.Context(), http.Header{
		"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Tracestate": {"vendor=canary"}, "Baggage": {"user=canary"},
	}, "Stated")
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := w.spans.GetSpans()
	if len(spans) != 1 || spans[0].SpanContext.TraceState().Len() != 0 || spans[0].Parent.TraceState().Len() != 0 {
		t.Errorf("spans %+v", spans)
	}
}

func TestLogLevelChangesWhileTheServerRuns(t *testing.T) {
	w := tell(t, telemetry.Options{})
	logger := telemetry.NewLogger(w.log, false, w.level)
	logger.Debug("before")
	if r := w.send(t, http.MethodPut, "/loglevel", "debug\n"); r.Code != http.StatusOK || r.Body.String() != "debug\n" {
		t.Fatalf("PUT answers %d %s", r.Code, r.Body)
	}
	logger.Debug("after")
	if log := w.log.String(); strings.Contains(log, "before") || !strings.Contains(log, "after") {
		t.Errorf("the log is %s", log)
	}
	for _, bad := range []string{"", "loud", "DEBUG+4", strings.Repeat("x", 1000)} {
		if r := w.send(t, http.MethodPut, "/loglevel", bad); r.Code != http.StatusBadRequest {
			t.Errorf("PUT %.20q answers %d", bad, r.Code)
		}
	}
	if got := w.get(t, "/loglevel"); got != "debug\n" {
		t.Errorf("GET answers %q", got)
	}
}

// The command line may hold the database's password.
func TestCommandLineIsNotServed(t *testing.T) {
	w := tell(t, telemetry.Options{})
	if r := w.send(t, http.MethodGet, "/debug/pprof/cmdline", ""); r.Code != http.StatusNotFound {
		t.Errorf("it answers %d %s", r.Code, r.Body)
	}
	if r := w.send(t, http.MethodGet, "/debug/pprof/heap", ""); r.Code != http.StatusOK {
		t.Errorf("a profile answers %d", r.Code)
	}
}

func TestLogShowsValuesByTheirTypes(t *testing.T) {
	type input struct{ Secret string }
	const canary = "canary"
	duplicate := mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: 11000, Message: "dup key: " + canary}}}
	refused := mongo.CommandError{Code: 2, Name: "BadValue", Message: canary, Labels: []string{"NetworkError"}}
	_, syntax := strconv.Atoi(canary)
	for want, value := range map[string]any{
		"(telemetry_test.input)":    input{canary},
		"(map[string]interface {})": map[string]any{"a": canary},
		"write clients: the database refused the write with codes [11000]":           fmt.Errorf("write clients: %w", duplicate),
		"the database refused the command with code 2 BadValue (NetworkError)":       refused,
		"(*strconv.NumError): invalid syntax":                                        syntax,
		"a: the database refused the command with code 2 BadValue (NetworkError)\nb": errors.Join(fmt.Errorf("a: %w", refused), errors.New("b")),
		"first: context deadline exceeded: second: context canceled":                 fmt.Errorf("first: %w: second: %w", context.DeadlineExceeded, context.Canceled),
		"open keys.json: file does not exist":                                        &fs.PathError{Op: "open", Path: "keys.json", Err: fs.ErrNotExist},
		"A: send less":                                                               &client.Error{Code: "A", Message: "send less"},
	} {
		var log bytes.Buffer
		telemetry.NewLogger(&log, false, slog.LevelInfo).Info("line", "value", value)
		if !strings.Contains(log.String(), `"value":`+strconv.Quote(want)) || strings.Contains(log.String(), canary) {
			t.Errorf("want %q, got %s", want, log.String())
		}
	}
}

func TestPanicIsLoggedWithoutValuesOfOtherTypes(t *testing.T) {
	for _, value := range []any{mongo.CommandError{Message: "canary"}, struct{ Name string }{"canary"}, []string{"canary"}} {
		var log bytes.Buffer
		telemetry.NewLogger(&log, false, slog.LevelInfo).Info("line", "error", observe.Panic(value))
		if strings.Contains(log.String(), "canary") || !strings.Contains(log.String(), "telemetry_test.go") {
			t.Errorf("%T is told as %s", value, log.String())
		}
	}
}

func TestSlowOperationIsLoggedWithItsLongestCommands(t *testing.T) {
	w := tell(t, telemetry.Options{Slow: 1})
	ctx, o := w.Begin(t.Context(), nil, "request")
	for i := range 20 {
		observe.Of(ctx).Command(observe.Command{Name: "find", Collection: "c" + strconv.Itoa(i), Took: time.Millisecond, Bytes: i})
	}
	observe.Of(ctx).Command(observe.Command{Name: "count", Collection: "clients", Took: 5 * time.Millisecond, Bytes: 12, Failed: true})
	observe.Of(ctx).Batch(50)
	o.Is(func() telemetry.About { return telemetry.About{Name: "Slow", Kind: "query", Hash: "abc"} })
	o.End(0, 1, "OWNER")
	log := w.log.String()
	for _, want := range []string{`"msg":"slow operation"`, `"hash":"abc"`, `"longest":["count clients 5.0 ms 12 bytes failed",`, `"batches":["50"]`, `"commands":21`, `"requestId":"request"`} {
		if !strings.Contains(log, want) {
			t.Errorf("want %s in %s", want, log)
		}
	}
	if n := strings.Count(log, " bytes"); n != 8 {
		t.Errorf("%d commands are told one by one", n)
	}
}

// What is off is asked on every request, by every layer.
func TestTelemetryThatIsOffCostsNothing(t *testing.T) {
	off, err := telemetry.New(t.Context(), telemetry.Options{})
	if err != nil || off != nil {
		t.Fatalf("with nobody to tell it is %v, %v", off, err)
	}
	ctx := t.Context()
	if allocations := testing.AllocsPerRun(100, func() { hooks(ctx, off) }); allocations != 0 {
		t.Errorf("an operation costs %v allocations", allocations)
	}
}

// hooks are what an operation tells on its way.
func hooks(ctx context.Context, t *telemetry.Telemetry) {
	ctx, o := t.Begin(ctx, nil, "request")
	o.Turn()
	t.Document(true)
	o.Is(func() telemetry.About { return telemetry.About{Name: "a", Kind: "query"} })
	stepped, end := observe.Step(ctx, "level subjects", 50)
	observe.Of(stepped).Batch(50)
	end(nil)
	observe.Of(ctx).Retried()
	o.Answered(func() []string { return nil })
	o.Sized(1)
	o.End(1, 1, "OWNER")
}

func BenchmarkOperationOff(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		hooks(b.Context(), nil)
	}
}

func BenchmarkOperationOn(b *testing.B) {
	b.ReportAllocs()
	on, err := telemetry.New(b.Context(), telemetry.Options{Metrics: true, AccessLog: true, Logger: telemetry.NewLogger(&bytes.Buffer{}, false, slog.LevelInfo)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		hooks(b.Context(), on)
	}
}
