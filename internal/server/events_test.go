package server_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/server"
)

// events asks for an operation as an event stream.
func (p *playground) events(ctx context.Context, t *testing.T, method, query, token string) *http.Response {
	t.Helper()
	target, body := p.url+"/graphql", io.Reader(strings.NewReader(`{"query":`+quoted(query)+`}`))
	if method == http.MethodGet {
		target, body = target+"?query="+url.QueryEscape(query), nil
	}
	request, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

const completeEvent = "event: complete\ndata:\n\n"

// withoutComments is a stream without what keeps it alive.
func withoutComments(stream string) string {
	var kept strings.Builder
	for block := range strings.SplitAfterSeq(stream, "\n\n") {
		if block != ":\n\n" {
			kept.WriteString(block)
		}
	}
	return kept.String()
}

func nextEvent(data string) string { return "event: next\ndata: " + data + "\n\n" }

func TestEventStreamHasEachResultAndItsEnd(t *testing.T) {
	world := play(t, nil)
	token := world.token(t, time.Hour)
	for name, test := range map[string]struct{ method, query, want string }{
		"subscription by POST": {http.MethodPost, "subscription { count(to: 2) }", nextEvent(`{"data":{"count":"0"}}`) + nextEvent(`{"data":{"count":"1"}}`)},
		"subscription by GET":  {http.MethodGet, "subscription { count(to: 1) }", nextEvent(`{"data":{"count":"0"}}`)},
		"query by POST":        {http.MethodPost, `{ echo(text: "a") }`, nextEvent(`{"data":{"echo":"echo"}}`)},
		"query by GET":         {http.MethodGet, `{ echo(text: "a") }`, nextEvent(`{"data":{"echo":"echo"}}`)},
		"mutation by POST":     {http.MethodPost, "mutation { write }", nextEvent(`{"data":{"write":"write"}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			response := world.events(t.Context(), t, test.method, test.query, token)
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
				t.Errorf("%s %v", response.Status, response.Header)
			}
			if got := withoutComments(string(body)); got != test.want+completeEvent {
				t.Errorf("it streams %q", body)
			}
		})
	}
}

// graphql-sse: "validation steps that run before execution MUST report errors
// through an accepted SSE connection".
func TestEventStreamTellsRequestErrorsByAnEvent(t *testing.T) {
	world := play(t, nil)
	for _, query := range []string{"{", "{ nothing }", "query A { wait } query B { wait }"} {
		response := world.events(t.Context(), t, http.MethodPost, query, world.token(t, time.Hour))
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		if response.StatusCode != http.StatusOK || !strings.Contains(text, "event: next\ndata: {\"errors\":[{") || !strings.HasSuffix(text, completeEvent) {
			t.Errorf("%q: %s %s", query, response.Status, text)
		}
	}
}

func TestEventStreamIsRefusedByStatusBeforeItBegins(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.Streams = 1 })
	token := world.token(t, time.Hour)
	if r := world.events(t.Context(), t, http.MethodPost, "{ wait }", "a.b.c"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a forged token: %s", r.Status)
	}
	if r := world.events(t.Context(), t, http.MethodGet, "mutation { write }", token); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: %s", r.Status)
	}
	world.events(t.Context(), t, http.MethodPost, "subscription { forever(size: 0) }", token)
	if r := world.events(t.Context(), t, http.MethodPost, "{ wait }", token); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %s", r.Status)
	}
}

func TestEventStreamShowsThatItLives(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.KeepAlive = 10 * time.Millisecond })
	response := world.events(t.Context(), t, http.MethodPost, "{ wait }", world.token(t, time.Hour))
	lines := bufio.NewReader(response.Body)
	for range 6 {
		if line, err := lines.ReadString('\n'); err != nil || (line != ":\n" && line != "\n") {
			t.Fatalf("%q, %v", line, err)
		}
	}
}

func TestEventStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	world := play(t, nil)
	response := world.events(t.Context(), t, http.MethodPost, "subscription { forever(size: 0) }", world.token(t, 2*time.Second))
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(body), `"code":"UNAUTHENTICATED"`) || !strings.HasSuffix(string(body), completeEvent) {
		t.Errorf("%s, %v", body, err)
	}
	eventually(t, "the subscription ended", func() bool { return world.streaming.Load() == 0 })
}

func TestEventStreamEndsWhenItsReaderIsGone(t *testing.T) {
	world := play(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	world.events(ctx, t, http.MethodPost, "subscription { forever(size: 0) }", world.token(t, time.Hour))
	eventually(t, "the subscription runs", func() bool { return world.streaming.Load() == 1 })
	leave()
	eventually(t, "the subscription ended", func() bool { return world.streaming.Load() == 0 })
}

func TestEventStreamIsCutOffWhenItsReaderIsSlow(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.WriteTimeout = 200 * time.Millisecond })
	response := world.events(t.Context(), t, http.MethodPost, "subscription { forever(size: 1000000) }", world.token(t, time.Hour))
	eventually(t, "the subscription ended", func() bool { return world.streaming.Load() == 0 })
	if _, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Error("the stream ends as if it were whole")
	}
}

// Without complete a client knows that it was broken off, and comes again.
func TestServerThatStopsBreaksEventStreamsOff(t *testing.T) {
	world := play(t, nil)
	response := world.events(t.Context(), t, http.MethodPost, "subscription { forever(size: 0) }", world.token(t, time.Hour))
	eventually(t, "the subscription runs", func() bool { return world.streaming.Load() == 1 })
	world.server.Stop(t.Context())
	body, _ := io.ReadAll(response.Body)
	if strings.Contains(string(body), "complete") {
		t.Errorf("it streams %q", body)
	}
}

// A connection that has carried a stream is as good as another afterwards.
func TestConnectionServesRequestsAfterAnEventStream(t *testing.T) {
	// What keeps a stream alive is a write too, and would set another deadline.
	world := play(t, func(o *server.Options) { o.Streams.KeepAlive = time.Hour })
	token := world.token(t, time.Hour)
	response := world.events(t.Context(), t, http.MethodPost, "{ echo(text: \"a\") }", token)
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	reused := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) { reused = got.Reused }})
	response = world.events(ctx, t, http.MethodPost, "{ wait }", token)
	if !reused {
		t.Error("the connection served one request")
	}
	eventually(t, "the operation waits", func() bool { return world.waiting.Load() == 1 })
	// What was written so far had a deadline each. One that stayed would cut the answer off.
	if !world.connections.haveNoDeadline() {
		t.Error("a connection that nothing is written to has a write deadline")
	}
	close(world.proceed)
	if body, err := io.ReadAll(response.Body); err != nil || !strings.HasSuffix(string(body), completeEvent) {
		t.Errorf("%s, %v", body, err)
	}
}
