package server

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"clientgraph/internal/client"
)

// socketProtocol is the WebSocket subprotocol.
const socketProtocol = "graphql-transport-ws"

const (
	// pings is how many pings a client may send at once, pingsEvery how long until it may
	// send one more.
	pings      = 50
	pingsEvery = 100 * time.Millisecond
	// lastWords is how long closing a connection that is being cut may take.
	lastWords = 500 * time.Millisecond
)

// isSocket says whether a request asks for a WebSocket.
func isSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && headerHas(r.Header, "Connection", "upgrade") && headerHas(r.Header, "Upgrade", "websocket")
}

// headerHas says whether a header with a list of tokens has that token.
func headerHas(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for entry := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(entry), token) {
				return true
			}
		}
	}
	return false
}

// socket is a connection that speaks graphql-transport-ws.
type socket struct {
	handler *graphqlHandler
	conn    *websocket.Conn
	// tcp is the connection below conn.
	tcp net.Conn
	// header is the header of the handshake's request.
	header http.Header
	limits StreamLimits
	// io is the context of reading, writing and logging. Cancelling it would end the
	// connection without a close frame.
	io context.Context

	// end cancels the operations; close closes the connection.
	end context.CancelFunc
	// heard counts the frames of the client, so that watch notices a client that is gone.
	heard atomic.Int64
	pings pingBudget
	// flooded is closed when the client sends too many pings.
	flooded chan struct{}

	mu sync.Mutex
	// closing is set once. Messages after that are ignored.
	closing bool
	// draining is set when the server stops: no operation begins any more, and idle is
	// closed when the last one has ended.
	draining bool
	idle     chan struct{}
	// acknowledged is set when the caller was authenticated by authorization; expiry
	// closes the connection when the token expires.
	acknowledged  bool
	authorization string
	expiry        *time.Timer
	// uncount stops counting the socket for its caller.
	uncount func()

	operations map[string]*socketOperation
	// numbered counts operations, to make their request ids.
	numbered int
	running  sync.WaitGroup
	// closed is done once the connection is being closed.
	closed sync.Once
}

// serveSocket serves a WebSocket until one side ends it.
func (h *graphqlHandler) serveSocket(w http.ResponseWriter, r *http.Request) {
	if refused := h.refuseSocket(r); refused != nil {
		h.refuse(w, r, refused)
		return
	}
	ctx, leave, refused := h.streams.enter(r.Context(), "")
	if refused != nil {
		w.Header().Set("Retry-After", retryAfter)
		h.refuse(w, r, refused)
		return
	}
	defer leave()
	s := &socket{
		handler: h, header: r.Header, io: context.WithoutCancel(ctx), limits: h.streams.limits,
		operations: map[string]*socketOperation{}, idle: make(chan struct{}), flooded: make(chan struct{}, 1),
	}
	taken := &takenConn{ResponseWriter: w}
	conn, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		Subprotocols: []string{socketProtocol},
		// refuseSocket has checked the origin.
		InsecureSkipVerify: true,
		OnPingReceived: func(context.Context, []byte) bool {
			s.heard.Add(1)
			if s.pinged() {
				return true
			}
			// Closing waits until reading has ended, and reading waits for this.
			select {
			case s.flooded <- struct{}{}:
			default:
			}
			return false
		},
		OnPongReceived: func(context.Context, []byte) { s.heard.Add(1) },
	})
	if err != nil {
		// Accept has answered the request.
		return
	}
	s.conn, s.tcp = conn, taken.conn
	defer context.AfterFunc(ctx, func() {
		// A closed connection has no deadline; the error is ignored.
		_ = s.tcp.SetDeadline(time.Now().Add(lastWords))
	})()
	s.run(ctx)
}

// takenConn remembers the connection that a socket hijacks.
type takenConn struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack implements http.Hijacker.
func (t *takenConn) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(t.ResponseWriter).Hijack()
	t.conn = conn
	return conn, buffers, err
}

// refuseSocket returns why a handshake is refused; nil if it is not.
func (h *graphqlHandler) refuseSocket(r *http.Request) *refusal {
	if !h.allowsOrigin(r) {
		return &refusal{status: http.StatusForbidden, code: codeForbiddenOrigin, message: "pages of this origin may not connect"}
	}
	if r.Header.Get("Sec-WebSocket-Version") != "13" || len(r.Header.Get("Sec-WebSocket-Key")) != len("dGhlIHNhbXBsZSBub25jZQ==") {
		return badRequest("a WebSocket handshake has Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key of 16 bytes in base64")
	}
	return nil
}

// run reads messages until the connection ends, then waits for all operations.
func (s *socket) run(ctx context.Context) {
	ctx, s.end = context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer func() {
		if s.uncount != nil {
			s.uncount()
		}
	}()
	defer s.running.Wait()
	// CloseNow waits if another goroutine is closing the connection.
	defer func() { _ = s.conn.CloseNow() }()
	defer s.end()
	defer s.stopExpiry()
	if s.conn.Subprotocol() != socketProtocol {
		s.close(&violation{closeSubprotocol, "Subprotocol not acceptable"})
		return
	}
	s.conn.SetReadLimit(s.limits.MessageBeforeInit)
	watching.Go(func() { s.watch(ctx) })
	for {
		data, broken := s.read()
		if broken == nil {
			s.heard.Add(1)
			broken = s.handle(ctx, data)
		}
		if broken != nil {
			s.close(broken)
			return
		}
	}
}

// read reads a message. An error of a connection that is closed already is not reported
// again.
func (s *socket) read() ([]byte, *violation) {
	kind, reader, err := s.conn.Reader(s.io)
	if err != nil {
		return nil, &violation{websocket.StatusProtocolError, "not a WebSocket frame"}
	}
	late := time.AfterFunc(s.limits.MessageTimeout, func() { s.close(badMessage("the message took too long to arrive")) })
	defer late.Stop()
	data, err := io.ReadAll(reader)
	switch {
	case err != nil:
		return nil, &violation{websocket.StatusMessageTooBig, "the message is too large, or broken off"}
	case kind != websocket.MessageText:
		return nil, badMessage("messages are text, not binary")
	}
	return data, nil
}

// handle handles a message. Only connection_init waits for the database.
func (s *socket) handle(ctx context.Context, data []byte) *violation {
	if s.isClosing() {
		return nil
	}
	m, broken := parseMessage(data)
	if broken != nil {
		return broken
	}
	switch m.kind {
	case messageInit:
		return s.initialise(ctx, m)
	case messagePing:
		if !s.pinged() {
			return tooManyPings()
		}
		pong := outgoing{Type: messagePong}
		if m.payload != nil {
			pong.Payload = m.payload
		}
		s.send(pong)
	case messageSubscribe:
		return s.subscribe(ctx, m)
	case messageComplete:
		s.complete(m.id)
	}
	return nil
}

// initialise authenticates the caller by the token of the payload, else of the handshake.
func (s *socket) initialise(ctx context.Context, m message) *violation {
	if _, twice := s.caller(); twice {
		return &violation{closeTooManyInits, "Too many initialisation requests"}
	}
	authorization, found := initToken(m.payload)
	if !found {
		authorization = s.header.Get("Authorization")
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.InitTimeout)
	defer cancel()
	who, err := s.handler.admit(ctx, authorization)
	if err != nil {
		return s.violationOf(err)
	}
	uncount, ok := s.handler.streams.open.join(principal(who.scope))
	if !ok {
		return &violation{closeTooManyInits, "Too many connections of this caller"}
	}
	s.uncount = uncount
	s.mu.Lock()
	s.acknowledged, s.authorization = true, authorization
	s.expiry = time.AfterFunc(time.Until(who.expires), func() { s.close(forbidden()) })
	s.mu.Unlock()
	s.conn.SetReadLimit(s.limits.Message)
	s.send(outgoing{Type: messageAck})
	return nil
}

func forbidden() *violation { return &violation{closeForbidden, "Forbidden"} }

// violationOf returns how to close the connection of a caller who is not, or no longer,
// authenticated.
func (s *socket) violationOf(err error) *violation {
	switch {
	case client.HasCode(err, client.CodeUnauthenticated):
		return forbidden()
	case s.handler.unavailable(err) || turnedAway(err) != 0:
		// The client of graphql-ws reconnects after this code, and does not after 4500.
		return &violation{websocket.StatusTryAgainLater, "Try again later"}
	}
	return &violation{closeInternal, "Internal server error"}
}

// caller returns the token of an authenticated caller; false before authentication.
func (s *socket) caller() (authorization string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.authorization, s.acknowledged
}

func (s *socket) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// send sends a message, after those that are being sent. A client that does not read it
// in time is disconnected, so that no messages pile up.
func (s *socket) send(m outgoing) {
	data, err := json.Marshal(m)
	if err != nil {
		s.fail(err)
		return
	}
	s.write(data)
}

// write writes an encoded message, as send does.
func (s *socket) write(data []byte) {
	late := time.AfterFunc(s.limits.timeToRead(len(data)), func() { _ = s.tcp.Close() })
	defer late.Stop()
	// After an error the connection is at its end, which the reading goroutine notices.
	_ = s.conn.Write(s.io, websocket.MessageText, data)
}

// close closes the connection with a code. Only the first call counts.
func (s *socket) close(why *violation) {
	// Only the first reason is sent. Cancelling the connection's context wakes watch,
	// which would give another one.
	s.closed.Do(func() {
		s.mu.Lock()
		s.closing = true
		s.mu.Unlock()
		s.end()
		// Close waits 5 seconds at most for the other side's close frame.
		_ = s.conn.Close(why.code, why.reason)
	})
}

// fail logs an internal error and closes the connection.
func (s *socket) fail(cause any) {
	s.handler.logger.ErrorContext(s.io, "internal error", "errorId", requestID(s.io), "error", cause, "stack", string(debug.Stack()))
	s.close(&violation{closeInternal, "Internal server error"})
}

func (s *socket) stopExpiry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry != nil {
		s.expiry.Stop()
	}
}

// isOwnOrigin says whether a request comes from a page of this server, or from
// no page.
func isOwnOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
