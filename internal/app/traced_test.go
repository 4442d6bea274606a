package app_test

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	trace "go.opentelemetry.io/proto/otlp/trace/v1"
)

const (
	knownTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	knownSpan  = "00f067aa0ba902b7"
)

// ask sends an operation with these headers, for its answer as it is.
func (s *serving) ask(t *testing.T, token, body string, header http.Header) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/json")
	if request.Header.Get("Authorization") == "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	a, err := read(response)
	if err != nil {
		t.Fatal(err)
	}
	return string(a.body)
}

func TestRequestIsFoundByItsTraceInSpansLogAndMetrics(t *testing.T) {
	t.Parallel()
	told := newCollector(t)
	s := serve(t, dataDir(t), "--sample", "--metrics-listen", "127.0.0.1:0", "--otlp-endpoint", told.URL, "--trace-sample", "0")
	token := s.owner(t)
	const query = `query Page($id: ID!) { client(clientId: $id) { fullName viewClients { fullName viewByClients { clientId } } } clientCount }`
	body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"id": "5143212"}})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Traceparent": {"00-" + knownTrace + "-" + knownSpan + "-01"}}
	if answer := s.ask(t, token, string(body), header); !strings.Contains(answer, "Jimmy Begood") {
		t.Fatalf("it answers %s", answer)
	}
	// Others, who are not traced.
	s.do(t, token, `query Page { clientCount }`)
	exemplar := `# {trace_id="` + knownTrace + `"}`
	if metrics := operated(t, s).metrics(t); !strings.Contains(metrics, exemplar) {
		t.Errorf("no metric tells of the trace: %s", metrics)
	}
	s.signal(t, syscall.SIGTERM)
	if code := s.wait(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	line := lineOf(t, s.stderr.String(), knownTrace)
	for name, want := range map[string]any{"msg": "operation", "operation": "Page", "kind": "query", "outcome": "ok", "role": "OWNER"} {
		if line[name] != want {
			t.Errorf("the access line's %s is %v, want %v", name, line[name], want)
		}
	}
	if commands, _ := line["commands"].(float64); commands < 3 {
		t.Errorf("the access line tells of %v commands", line["commands"])
	}
	wantTree(t, told, line["spanId"])
	for _, metric := range told.metrics {
		if metric.GetName() == "clientgraph_operation_duration_seconds" {
			return
		}
	}
	t.Error("the collector was sent no metric of operations")
}

// lineOf is the one line of a log that holds a text, but for those of slow operations,
// which a busy machine has more of.
func lineOf(t *testing.T, log, text string) map[string]any {
	t.Helper()
	var found []map[string]any
	for text2 := range strings.Lines(log) {
		if !strings.Contains(text2, text) {
			continue
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(text2), &line); err != nil {
			t.Fatalf("%s: %v", text2, err)
		}
		if line["msg"] != "slow operation" {
			found = append(found, line)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines hold %s: %s", len(found), text, log)
	}
	return found[0]
}

// wantTree looks for the trace: the operation below the caller's span, in it its
// fields, in those the levels, and the commands in them.
func wantTree(t *testing.T, told *collector, operation any) {
	t.Helper()
	byID := map[string]*trace.Span{}
	for _, span := range told.spans {
		if id := hex.EncodeToString(span.GetTraceId()); id != knownTrace {
			t.Errorf("a span of trace %s, which nobody asked for: %s", id, span.GetName())
		}
		byID[hex.EncodeToString(span.GetSpanId())] = span
	}
	var paths []string
	for _, span := range told.spans {
		path, parent := span.GetName(), hex.EncodeToString(span.GetParentSpanId())
		for parent != knownSpan {
			above := byID[parent]
			if above == nil {
				t.Fatalf("%s hangs in the air", path)
			}
			path, parent = above.GetName()+" > "+path, hex.EncodeToString(above.GetParentSpanId())
		}
		paths = append(paths, path)
	}
	if id, _ := operation.(string); byID[id] == nil || byID[id].GetName() != "query Page" {
		t.Errorf("the access line tells of span %v", operation)
	}
	for _, want := range []string{
		"query Page > field client > find clients",
		"query Page > field client > level subjects > find clients",
		"query Page > field client > level viewers > find clients",
		"query Page > field clientCount > count clients",
	} {
		if !slices.Contains(paths, want) {
			t.Errorf("want %q among %q", want, paths)
		}
	}
}
