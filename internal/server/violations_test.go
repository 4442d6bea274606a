package server_test

import (
	"strings"
	"testing"
	"time"

	"clientgraph/internal/server"
)

const (
	subprotocol = "Sec-WebSocket-Protocol"
	forever     = `{"type":"subscribe","id":"1","payload":{"query":"subscription { forever(size: 0) }"}}`
)

// TestEveryViolationHasTheCodeThatTheProtocolNames breaks each rule of
// graphql-transport-ws, and of WebSockets below it, on a connection of its own.
func TestEveryViolationHasTheCodeThatTheProtocolNames(t *testing.T) {
	text := func(messages ...string) func(*peer) {
		return func(p *peer) {
			for _, message := range messages {
				p.say(message)
			}
		}
	}
	frame := func(first byte, payload string) func(*peer) {
		return func(p *peer) { p.frame(first, []byte(payload)) }
	}
	raw := func(data ...byte) func(*peer) { return func(p *peer) { p.write(data) } }
	const (
		none = iota
		initialised
	)
	tests := map[string]struct {
		state int
		send  func(*peer)
		want  int
	}{
		"nothing is said":                   {none, text(), 4408},
		"pings and no connection_init":      {none, text(`{"type":"ping"}`, `{"type":"pong"}`), 4408},
		"half a frame and no more":          {none, raw(0x81), 4408},
		"connection_init twice":             {initialised, text(`{"type":"connection_init"}`), 4429},
		"connection_init without a token":   {none, text(`{"type":"connection_init"}`), 4403},
		"connection_init, forged token":     {none, text(`{"type":"connection_init","payload":{"Authorization":"Bearer a.b.c"}}`), 4403},
		"connection_init, other scheme":     {none, text(`{"type":"connection_init","payload":{"Authorization":"Basic YTpi"}}`), 4403},
		"connection_init, token no string":  {none, text(`{"type":"connection_init","payload":{"Authorization":1}}`), 4403},
		"connection_init, payload a list":   {none, text(`{"type":"connection_init","payload":[]}`), 4400},
		"connection_init, payload a string": {none, text(`{"type":"connection_init","payload":"a"}`), 4400},
		"subscribe before connection_init":  {none, text(forever), 4401},
		"the same id twice":                 {initialised, text(forever, forever), 4409},

		"a binary message":               {initialised, frame(0x80|frameBinary, `{"type":"ping"}`), 4400},
		"an empty message":               {initialised, text(""), 4400},
		"half a JSON":                    {initialised, text(`{"type":"ping"`), 4400},
		"JSON and more":                  {initialised, text(`{"type":"ping"} {}`), 4400},
		"a list":                         {initialised, text(`[{"type":"ping"}]`), 4400},
		"a string":                       {initialised, text(`"ping"`), 4400},
		"null":                           {initialised, text("null"), 4400},
		"no type":                        {initialised, text(`{"id":"1"}`), 4400},
		"a type that is no string":       {initialised, text(`{"type":1}`), 4400},
		"a name in other letters":        {initialised, text(`{"TYPE":"ping"}`), 4400},
		"a name twice":                   {initialised, text(`{"type":"ping","type":"pong"}`), 4400},
		"an unknown type":                {initialised, text(`{"type":"start","id":"1"}`), 4400},
		"a type of the server's: next":   {initialised, text(`{"type":"next","id":"1","payload":{}}`), 4400},
		"a type of the server's: error":  {initialised, text(`{"type":"error","id":"1","payload":[]}`), 4400},
		"a type of the server's: ack":    {initialised, text(`{"type":"connection_ack"}`), 4400},
		"ping, payload a string":         {initialised, text(`{"type":"ping","payload":"a"}`), 4400},
		"pong, payload a list":           {initialised, text(`{"type":"pong","payload":[1]}`), 4400},
		"subscribe without an id":        {initialised, text(`{"type":"subscribe","payload":{"query":"{ echo(text: \"a\") }"}}`), 4400},
		"subscribe, id empty":            {initialised, text(`{"type":"subscribe","id":"","payload":{"query":"{ wait }"}}`), 4400},
		"subscribe, id a number":         {initialised, text(`{"type":"subscribe","id":1,"payload":{"query":"{ wait }"}}`), 4400},
		"subscribe, id too long":         {initialised, text(`{"type":"subscribe","id":"` + strings.Repeat("i", 129) + `","payload":{"query":"{ wait }"}}`), 4400},
		"subscribe without a payload":    {initialised, text(`{"type":"subscribe","id":"1"}`), 4400},
		"subscribe without a query":      {initialised, text(`{"type":"subscribe","id":"1","payload":{}}`), 4400},
		"subscribe, query an object":     {initialised, text(`{"type":"subscribe","id":"1","payload":{"query":{}}}`), 4400},
		"subscribe, variables a list":    {initialised, text(`{"type":"subscribe","id":"1","payload":{"query":"{ wait }","variables":[]}}`), 4400},
		"subscribe, operationName 1":     {initialised, text(`{"type":"subscribe","id":"1","payload":{"query":"{ wait }","operationName":1}}`), 4400},
		"subscribe, extensions a string": {initialised, text(`{"type":"subscribe","id":"1","payload":{"query":"{ wait }","extensions":"a"}}`), 4400},
		"complete without an id":         {initialised, text(`{"type":"complete"}`), 4400},
		"text that is not UTF-8":         {initialised, text("{\"type\":\"ping\xff\"}"), 1007},

		"64 KiB and a byte before connection_init": {none, text(`{"type":"ping","payload":{"a":"` + strings.Repeat("x", 64<<10) + `"}}`), 1009},
		"1 MiB and a byte":                         {initialised, text(`{"type":"ping","payload":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`), 1009},
		"1 MiB and a byte, in pieces": {initialised, func(p *peer) {
			p.frame(frameText, []byte(`{"type":"ping","payload":{"a":"`))
			for range 1025 {
				p.frame(frameContinuation, make([]byte, 1024))
			}
		}, 1009},
		"a frame that says it is 2^62 bytes long": {initialised, func(p *peer) {
			p.write([]byte{0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})
			p.write(make([]byte, 1<<20+1))
		}, 1009},
		"a message that is never finished":    {initialised, frame(frameText, `{"type":`), 4400},
		"half a frame after connection_init":  {initialised, func(p *peer) { p.silent = true; p.write([]byte{0x81}) }, 4408},
		"a client that answers no ping":       {initialised, func(p *peer) { p.silent = true }, 4408},
		"a flood of pings":                    {initialised, func(p *peer) { flood(p, 0x80|frameText, `{"type":"ping"}`) }, 1008},
		"a flood of ping frames":              {initialised, func(p *peer) { flood(p, 0x80|framePing, "") }, 1008},
		"a frame that is not masked":          {initialised, raw(0x81, 2, '{', '}'), 1002},
		"a reserved bit":                      {initialised, frame(0x80|0x40|frameText, `{}`), 1002},
		"an unknown opcode":                   {initialised, frame(0x80|0x3, `{}`), 1002},
		"a continuation of nothing":           {initialised, frame(0x80|frameContinuation, `{}`), 1002},
		"a message within a message":          {initialised, func(p *peer) { p.frame(frameText, []byte("{")); p.frame(0x80|frameText, []byte("}")) }, 1002},
		"a ping frame in pieces":              {initialised, frame(framePing, ""), 1002},
		"a ping frame of 126 bytes":           {initialised, frame(0x80|framePing, strings.Repeat("x", 126)), 1002},
		"a close frame of one byte":           {initialised, frame(0x80|frameClose, "x"), 1002},
		"a close code that nobody may send":   {initialised, frame(0x80|frameClose, "\x03\xEE"), 1002},
		"a frame of a length below nothing":   {initialised, raw(0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4), 1002},
		"a slow reader, of whom none is left": {initialised, slowReader, cutOff},
	}
	world := play(t, func(o *server.Options) {
		o.Streams = server.StreamLimits{
			InitTimeout: 2 * time.Second, MessageTimeout: time.Second,
			WriteTimeout: time.Second, KeepAlive: 2 * time.Second,
		}
	})
	good := world.token(t, time.Hour)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := dial(t, world.url, subprotocol, server.SocketProtocol)
			if test.state == initialised {
				p.init(good)
			}
			test.send(p)
			if code, reason := p.end(); code != test.want {
				t.Errorf("closed with %d %q, want %d", code, reason, test.want)
			}
		})
	}
	t.Logf("%d violations", len(tests))
}

// flood sends a frame until nobody takes it any more, or a thousand times.
func flood(p *peer, first byte, payload string) {
	for range 1000 {
		if !p.frame(first, []byte(payload)) {
			return
		}
	}
}

// slowReader asks for more than any buffer holds, and reads none of it until
// the server has given up.
func slowReader(p *peer) {
	p.say(`{"type":"subscribe","id":"1","payload":{"query":"subscription { forever(size: 1000000) }"}}`)
	// The server's end of the connection refuses what is written once it is closed.
	for p.say(`{"type":"pong"}`) {
		time.Sleep(time.Millisecond)
	}
}

func TestConnectionSpeaksOneSubprotocolOnly(t *testing.T) {
	world := play(t, nil)
	for name, headers := range map[string][]string{
		"none":           nil,
		"the old one":    {subprotocol, "graphql-ws"},
		"in other case":  {subprotocol, "GraphQL-Transport-WS"},
		"something else": {subprotocol, "mqtt, soap"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, reason := dial(t, world.url, headers...).end(); code != 4406 || reason != "Subprotocol not acceptable" {
				t.Errorf("closed with %d %q", code, reason)
			}
		})
	}
	p := dial(t, world.url, subprotocol, "graphql-ws, graphql-transport-ws")
	p.init(world.token(t, time.Hour))
}
