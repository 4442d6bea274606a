package server_test

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/server"
)

const watchForever = "subscription { forever(size: 0) }"

// subscribed opens a subscription on a socket of its own.
func (p *playground) subscribed(t *testing.T, token, id string) *peer {
	t.Helper()
	peer := dial(t, p.url, subprotocol, server.SocketProtocol)
	peer.init(token)
	peer.say(`{"id":"` + id + `","type":"subscribe","payload":{"query":` + quoted(watchForever) + `}}`)
	return peer
}

// wantTooMany has an event stream refused with a status, a code, and when to come
// again.
func (p *playground) wantTooMany(t *testing.T, token string, status int, code string) {
	t.Helper()
	response := p.events(t.Context(), t, http.MethodPost, watchForever, token)
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || response.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"`+code+`"`) {
		t.Errorf("one too many: %s %v %s, want %d and %s", response.Status, response.Header, body, status, code)
	}
}

func TestSubscriptionsAreBounded(t *testing.T) {
	for name, test := range map[string]struct {
		limits server.StreamLimits
		status int
		code   string
		// others says that another caller may subscribe all the same.
		others bool
	}{
		"of a caller":   {server.StreamLimits{SubscriptionsPerCaller: 2}, http.StatusTooManyRequests, "TOO_MANY_SUBSCRIPTIONS", true},
		"of an address": {server.StreamLimits{SubscriptionsPerAddress: 2}, http.StatusTooManyRequests, "TOO_MANY_SUBSCRIPTIONS", false},
		"of all":        {server.StreamLimits{Subscriptions: 2}, http.StatusServiceUnavailable, "OVERLOADED", false},
	} {
		t.Run(name, func(t *testing.T) {
			world := play(t, func(o *server.Options) { o.Streams = test.limits })
			token := world.token(t, time.Hour)
			world.subscribed(t, token, "1")
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			world.events(ctx, t, http.MethodPost, watchForever, token)
			eventually(t, "two run", func() bool { return world.streaming.Load() == 2 })
			world.wantTooMany(t, token, test.status, test.code)
			third := world.subscribed(t, token, "3")
			if message, _ := third.next(); !strings.Contains(message, `"type":"error"`) || !strings.Contains(message, `"`+test.code+`"`) {
				t.Errorf("one too many by socket: %s", message)
			}
			if test.others {
				world.subscribed(t, world.another(t), "4")
				eventually(t, "another's runs", func() bool { return world.streaming.Load() == 3 })
			}
			// One that ends makes room.
			leave()
			before := int64(1)
			if test.others {
				before = 2
			}
			eventually(t, "one ended", func() bool { return world.streaming.Load() == before })
			eventually(t, "there is room", func() bool {
				response := world.events(t.Context(), t, http.MethodPost, watchForever, token)
				return response.StatusCode == http.StatusOK
			})
		})
	}
}

func TestStreamsAreBounded(t *testing.T) {
	for name, test := range map[string]struct {
		limits server.StreamLimits
		status int
		code   string
	}{
		"of a caller":   {server.StreamLimits{StreamsPerCaller: 1}, http.StatusTooManyRequests, "TOO_MANY_CONNECTIONS"},
		"of an address": {server.StreamLimits{StreamsPerAddress: 1}, http.StatusTooManyRequests, "TOO_MANY_CONNECTIONS"},
		"of all":        {server.StreamLimits{Streams: 1}, http.StatusServiceUnavailable, "OVERLOADED"},
	} {
		t.Run(name, func(t *testing.T) {
			world := play(t, func(o *server.Options) { o.Streams = test.limits })
			token := world.token(t, time.Hour)
			dial(t, world.url, subprotocol, server.SocketProtocol).init(token)
			world.wantTooMany(t, token, test.status, test.code)
		})
	}
}

// A socket's caller is known once it has said who it is.
func TestSocketsOfACallerAreBoundedWithACloseCode(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Streams.StreamsPerCaller = 1 })
	token := world.token(t, time.Hour)
	first := dial(t, world.url, subprotocol, server.SocketProtocol)
	first.init(token)
	second := dial(t, world.url, subprotocol, server.SocketProtocol)
	second.say(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
	if code, reason := second.end(); code != 4429 || reason != "Too many connections of this caller" {
		t.Errorf("one too many is closed with %d %q", code, reason)
	}
	dial(t, world.url, subprotocol, server.SocketProtocol).init(world.another(t))
	_ = first.conn.Close()
	eventually(t, "there is room", func() bool {
		response := world.events(t.Context(), t, http.MethodPost, "{ echo(text: \"a\") }", token)
		return response.StatusCode == http.StatusOK
	})
}

func TestExemptAddressHasAnyNumberOfStreams(t *testing.T) {
	world := play(t, func(o *server.Options) {
		o.Streams.StreamsPerAddress, o.Streams.SubscriptionsPerAddress = 1, 1
		o.Exempt = netip.Addr.IsLoopback
	})
	for range 3 {
		world.subscribed(t, world.token(t, time.Hour), "1")
	}
	eventually(t, "three run", func() bool { return world.streaming.Load() == 3 })
}

// Each event costs what its subscription does. Whose points are spent is told
// when there are more.
func TestEventsCostPoints(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Limits.Points = 4 })
	response := world.events(t.Context(), t, http.MethodPost, "subscription { count(to: 1000) }", world.token(t, time.Hour))
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	if !strings.Contains(text, `"code":"RATE_LIMITED"`) || !strings.Contains(text, `"retryAfter"`) || !strings.HasSuffix(text, completeEvent) {
		t.Errorf("it ends with %s", text)
	}
	if events := strings.Count(text, `"count":`); events < 1 || events > 4 {
		t.Errorf("there are %d events for 4 points: %s", events, text)
	}
	peer := dial(t, world.url, subprotocol, server.SocketProtocol)
	peer.init(world.another(t))
	peer.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { count(to: 1000) }"}}`)
	for {
		message, code := peer.next()
		if code != 0 {
			t.Fatalf("closed with %d", code)
		}
		if strings.Contains(message, `"RATE_LIMITED"`) {
			break
		}
	}
}
