package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector takes what a server tells by OTLP.
type collector struct {
	*httptest.Server

	mu      sync.Mutex
	spans   []*trace.Span
	metrics []*metrics.Metric
	// raw is all that came.
	raw strings.Builder
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", func(_ http.ResponseWriter, r *http.Request) {
		var sent collectortrace.ExportTraceServiceRequest
		c.take(t, r, &sent, func() {
			for _, resource := range sent.GetResourceSpans() {
				for _, scope := range resource.GetScopeSpans() {
					c.spans = append(c.spans, scope.GetSpans()...)
				}
			}
		})
	})
	mux.HandleFunc("POST /v1/metrics", func(_ http.ResponseWriter, r *http.Request) {
		var sent collectormetrics.ExportMetricsServiceRequest
		c.take(t, r, &sent, func() {
			for _, resource := range sent.GetResourceMetrics() {
				for _, scope := range resource.GetScopeMetrics() {
					c.metrics = append(c.metrics, scope.GetMetrics()...)
				}
			}
		})
	})
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) take(t *testing.T, r *http.Request, sent proto.Message, keep func()) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = proto.Unmarshal(body, sent)
	}
	if err != nil {
		t.Errorf("the collector can't read what it was sent: %v", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	keep()
}

// operator asks a server's private listener.
type operator struct{ base string }

var metricsLine = regexp.MustCompile(`"metrics are served","address":"([^"]+)"`)

// operated is the private listener of a server that was started with
// --metrics-listen.
func operated(t *testing.T, s *serving) operator {
	t.Helper()
	found := metricsLine.FindStringSubmatch(s.stderr.String())
	if found == nil {
		t.Fatalf("the server does not say where its metrics are: %s", s.stderr)
	}
	return operator{"http://" + found[1]}
}

// metrics are those of the server, in the text form of OpenMetrics.
func (o operator) metrics(t *testing.T) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.base+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
