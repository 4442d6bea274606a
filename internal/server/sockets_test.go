package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/server"
)

func subscribe(id, query string) string {
	return fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query)
}

// socket is an acknowledged connection.
func (p *playground) socket(t *testing.T) *peer {
	t.Helper()
	socket := dial(t, p.url, subprotocol, server.SocketProtocol)
	socket.init(p.token(t, time.Hour))
	return socket
}

func TestSocketExecutesQueriesMutationsAndSubscriptions(t *testing.T) {
	world := play(t, nil)
	p := world.socket(t)
	p.say(subscribe("q", `{ echo(text: "a") }`))
	p.want(`{"id":"q","type":"next","payload":{"data":{"echo":"echo"}}}`)
	p.want(`{"id":"q","type":"complete"}`)
	p.say(subscribe("m", `mutation { write }`))
	p.want(`{"id":"m","type":"next","payload":{"data":{"write":"write"}}}`)
	p.want(`{"id":"m","type":"complete"}`)
	p.say(`{"type":"subscribe","id":"s","payload":{"query":"query A { wait } subscription B($to: Int!) { count(to: $to) }","operationName":"A","variables":null,"extensions":null}}`)
	p.say(`{"type":"complete","id":"s"}`)
	// The id is free at once, and names another operation now.
	p.say(subscribe("s", `subscription { count(to: 2) }`))
	p.want(`{"id":"s","type":"next","payload":{"data":{"count":"0"}}}`)
	p.want(`{"id":"s","type":"next","payload":{"data":{"count":"1"}}}`)
	p.want(`{"id":"s","type":"complete"}`)
	eventually(t, "nothing runs", func() bool { return world.waiting.Load() == 0 && world.streaming.Load() == 0 })
}

// An operation that can't be executed is an error message, after which there is
// no complete; the connection goes on.
func TestSocketTellsRequestErrorsByAnErrorMessage(t *testing.T) {
	p := play(t, nil).socket(t)
	for _, query := range []string{"{", "{ nothing }", "", "query A { wait } query B { wait }"} {
		p.say(subscribe("e", query))
		message, _ := p.next()
		if !strings.HasPrefix(message, `{"id":"e","type":"error","payload":[{"message":`) {
			t.Errorf("%q: %s", query, message)
		}
	}
	p.say(`{"type":"ping","payload":{"n":1}}`)
	p.want(`{"type":"pong","payload":{"n":1}}`)
}

func TestSocketAnswersPingsAtAnyTime(t *testing.T) {
	world := play(t, nil)
	p := dial(t, world.url, subprotocol, server.SocketProtocol)
	p.say(`{"type":"ping"}`)
	p.want(`{"type":"pong"}`)
	p.frame(0x80|framePing, []byte("alive"))
	p.want("pong frame alive")
	p.init(world.token(t, time.Hour))
	p.say(`{"type":"ping","payload":null}`)
	p.want(`{"type":"pong"}`)
}

func TestSocketAsksWhetherItsClientLives(t *testing.T) {
	t.Parallel()
	world := play(t, func(o *server.Options) { o.Streams.KeepAlive = 400 * time.Millisecond })
	p := world.socket(t)
	for range 3 {
		if first, payload, err := p.readFrame(); err != nil || first != 0x80|frameText || string(payload) != `{"type":"ping"}` {
			t.Fatalf("%#x %s %v", first, payload, err)
		}
		p.say(`{"type":"pong"}`)
	}
}

func TestSocketTakesTheTokenOfItsRequestWhereThePayloadHasNone(t *testing.T) {
	world := play(t, nil)
	good := "Bearer " + world.token(t, time.Hour)
	for name, test := range map[string]struct {
		header, payload string
		want            int
	}{
		"header":                     {good, ``, 0},
		"header, other parameters":   {good, `,"payload":{"a":1}`, 0},
		"payload":                    {"", `,"payload":{"authorization":"` + good + `"}`, 0},
		"payload, among headers":     {"", `,"payload":{"headers":{"Authorization":"` + good + `"}}`, 0},
		"payload, good header":       {good, `,"payload":{"Authorization":"Bearer a.b.c"}`, 4403},
		"payload good, header wrong": {"Bearer a.b.c", `,"payload":{"Authorization":"` + good + `"}`, 0},
		"payload, too deep":          {"", `,"payload":{"headers":{"headers":{"Authorization":"` + good + `"}}}`, 4403},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{subprotocol, server.SocketProtocol}
			if test.header != "" {
				headers = append(headers, "Authorization", test.header)
			}
			p := dial(t, world.url, headers...)
			p.say(`{"type":"connection_init"` + test.payload + `}`)
			if message, code := p.next(); code != test.want || (code == 0 && message != `{"type":"connection_ack"}`) {
				t.Errorf("%s, code %d", message, code)
			}
		})
	}
}

func TestSocketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	world := play(t, nil)
	p := dial(t, world.url, subprotocol, server.SocketProtocol)
	p.init(world.token(t, 2*time.Second))
	p.say(forever)
	p.want(`{"id":"1","type":"next","payload":{"data":{"forever":""}}}`)
	if code, reason := p.end(); code != 4403 || reason != "Forbidden" {
		t.Errorf("closed with %d %q", code, reason)
	}
	eventually(t, "the subscription ended", func() bool { return world.streaming.Load() == 0 })
}

func TestSocketHasSoManyOperationsAtOnce(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.Operations = 3 })
	p := world.socket(t)
	for _, id := range []string{"1", "2", "3"} {
		p.say(subscribe(id, "subscription { forever(size: 0) }"))
		p.want(`{"id":"` + id + `","type":"next","payload":{"data":{"forever":""}}}`)
	}
	p.say(subscribe("4", "{ wait }"))
	if message, _ := p.next(); !strings.Contains(message, `"id":"4","type":"error"`) || !strings.Contains(message, `"code":"TOO_MANY_OPERATIONS"`) {
		t.Error(message)
	}
	p.say(`{"type":"complete","id":"unknown"}`)
	p.say(`{"type":"complete","id":"2"}`)
	p.say(subscribe("4", "mutation { write }"))
	p.want(`{"id":"4","type":"next","payload":{"data":{"write":"write"}}}`)
}

func TestServerThatStopsLetsOperationsFinishAndClosesSocketsAsGoingAway(t *testing.T) {
	world := play(t, nil)
	busy, idle, streaming := world.socket(t), world.socket(t), world.socket(t)
	busy.say(subscribe("1", "{ wait }"))
	streaming.say(forever)
	streaming.want(`{"id":"1","type":"next","payload":{"data":{"forever":""}}}`)
	eventually(t, "the operation runs", func() bool { return world.waiting.Load() == 1 })
	stopped := make(chan struct{})
	go func() {
		world.server.Stop(t.Context())
		close(stopped)
	}()
	for _, p := range []*peer{idle, streaming} {
		// A subscription that is broken off has not completed.
		if message, code := p.next(); code != 1001 {
			t.Errorf("code %d, %s", code, message)
		}
	}
	if _, response := handshake(t, world.url, subprotocol, server.SocketProtocol); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new connection is answered with %s", response.Status)
	}
	close(world.proceed)
	busy.want(`{"id":"1","type":"next","payload":{"data":{"wait":"done"}}}`)
	busy.want(`{"id":"1","type":"complete"}`)
	if code, _ := busy.end(); code != 1001 {
		t.Errorf("code %d", code)
	}
	<-stopped
}

func TestServerThatStopsWaitsForOperationsNoLongerThanItsTime(t *testing.T) {
	world := play(t, nil)
	p := world.socket(t)
	p.say(subscribe("1", "{ wait }"))
	eventually(t, "the operation runs", func() bool { return world.waiting.Load() == 1 })
	over, cancel := context.WithCancel(t.Context())
	cancel()
	world.server.Stop(over)
	if world.waiting.Load() != 0 {
		t.Error("the operation goes on")
	}
}

func TestPanicInAnOperationEndsItsConnectionAlone(t *testing.T) {
	world := play(t, nil)
	p, other := world.socket(t), world.socket(t)
	p.say(subscribe("1", "{ panic }"))
	if code, reason := p.end(); code != 4500 || reason != "Internal server error" {
		t.Errorf("closed with %d %q", code, reason)
	}
	if !strings.Contains(world.log.String(), "canary of a bug") {
		t.Errorf("it logs %s", world.log)
	}
	other.say(`{"type":"ping"}`)
	other.want(`{"type":"pong"}`)
}

func TestSocketsAreForPagesOfThisServerAndForPrograms(t *testing.T) {
	world := play(t, nil)
	own := strings.TrimPrefix(world.url, "http://")
	for origin, want := range map[string]int{
		"http://" + own:           http.StatusSwitchingProtocols,
		"https://evil.example":    http.StatusForbidden,
		"null":                    http.StatusForbidden,
		"http://" + own + ".evil": http.StatusForbidden,
		"%":                       http.StatusForbidden,
	} {
		if _, response := handshake(t, world.url, subprotocol, server.SocketProtocol, "Origin", origin); response.StatusCode != want {
			t.Errorf("%s: %s", origin, response.Status)
		}
	}
}

func TestHandshakeThatIsNoneIsRefused(t *testing.T) {
	world := play(t, nil)
	for name, headers := range map[string][]string{
		"version":       {"Sec-WebSocket-Version", "8"},
		"key":           {"Sec-WebSocket-Key", "canary"},
		"key no base64": {"Sec-WebSocket-Key", "!!!!!!!!!!!!!!!!!!!!!!!!"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, world.url+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, header := range []string{"Connection", "Upgrade", "Sec-WebSocket-Version", "Sec-WebSocket-Key"} {
			request.Header.Set(header, []string{"Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="}[i])
		}
		request.Header.Set(headers[0], headers[1])
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}

func TestThereAreSoManyStreamsAtOnce(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.Streams = 1 })
	p := world.socket(t)
	_, response := handshake(t, world.url, subprotocol, server.SocketProtocol)
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("%s %v", response.Status, response.Header)
	}
	p.frame(0x80|frameClose, []byte("\x03\xE8"))
	if code, _ := p.end(); code != 1000 {
		t.Errorf("code %d", code)
	}
	eventually(t, "the place is free", func() bool {
		_, response := handshake(t, world.url, subprotocol, server.SocketProtocol)
		return response.StatusCode == http.StatusSwitchingProtocols
	})
}
