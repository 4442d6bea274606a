package server

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
)

const (
	mediaEvents = "text/event-stream"
	// retryAfter is the Retry-After of a caller who was refused because of the server's
	// load, in seconds.
	retryAfter = "5"
)

// wantsEvents says whether a request asks for its answer as an event stream.
func wantsEvents(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept") {
		for entry := range strings.SplitSeq(line, ",") {
			media, parameters, err := mediaRange(entry)
			if err == nil && media == mediaEvents && parameters["q"] != "0" {
				return true
			}
		}
	}
	return false
}

// events is the answer to one operation as server-sent events, in the distinct
// connections mode of graphql-sse.
type events struct {
	handler *graphqlHandler
	limits  StreamLimits

	mu      sync.Mutex
	w       io.Writer
	control *http.ResponseController
	// end ends the stream if the receiver does not read what is written.
	end context.CancelFunc
}

// serveEvents executes an operation and streams its results: next events, then complete.
// Errors of the operation are sent as a next event too.
func (h *graphqlHandler) serveEvents(w http.ResponseWriter, r *http.Request, who admitted, asked *request) {
	ctx, leave, refused := h.streams.enter(r.Context(), principal(who.scope))
	if refused != nil {
		w.Header().Set("Retry-After", retryAfter)
		h.refuse(w, r, refused)
		return
	}
	defer leave()
	ctx, end := context.WithCancel(ctx)
	e := &events{handler: h, limits: h.streams.limits, w: w, control: http.NewResponseController(w), end: end}
	var beside sync.WaitGroup
	defer beside.Wait()
	defer end()
	asked.streams = true
	begun, failed := h.begin(ctx, who.scope, asked)
	if begun != nil {
		defer begun.end()
	} else if !failed.wellFormed {
		// The request is wrong, or must be sent again later.
		h.fail(w, r, failed)
		return
	}
	e.open()
	if failed != nil {
		e.send(ctx, failed.response)
		e.complete()
		return
	}
	beside.Go(func() { e.watch(ctx, r.Header.Get("Authorization"), who.expires, begun.streams()) })
	for {
		response := begun.next()
		if response == nil {
			break
		}
		release, ok := h.sending(begun, response)
		if !ok {
			// The caller does not read, so the stream ends.
			end()
			break
		}
		e.send(ctx, response)
		release()
	}
	// A stream that was cut is not completed, so that its client connects again.
	if ctx.Err() == nil {
		e.complete()
	}
}

// open sends the head of the answer, and a comment with it so that the other
// side sees that it is connected.
func (e *events) open() {
	// The request was read. Its read deadline would end the stream.
	_ = e.control.SetReadDeadline(time.Time{})
	header := e.w.(http.ResponseWriter).Header()
	header.Set("Content-Type", mediaEvents+"; charset=utf-8")
	header.Set("Cache-Control", "private, no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	// This header stops proxies that buffer answers, such as nginx.
	header.Set("X-Accel-Buffering", "no")
	e.write([]byte(":\n\n"))
}

// watch keeps the stream alive. It ends the stream when the token expires, when the
// caller may no longer use the API, and, for a subscription, when the server stops.
func (e *events) watch(ctx context.Context, authorization string, expires time.Time, streams bool) {
	expired := time.NewTimer(time.Until(expires))
	defer expired.Stop()
	keepAlive := time.NewTicker(e.limits.KeepAlive)
	defer keepAlive.Stop()
	recheck := time.NewTicker(e.limits.Recheck)
	defer recheck.Stop()
	var stopping <-chan struct{}
	if streams {
		stopping = e.handler.streams.stopping
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-keepAlive.C:
			e.write([]byte(":\n\n"))
		case <-recheck.C:
			if _, err := e.handler.admit(ctx, authorization); client.HasCode(err, client.CodeUnauthenticated) {
				e.refuse(ctx)
			}
		case <-expired.C:
			e.refuse(ctx)
		case <-stopping:
			e.end()
		}
	}
}

// refuse ends the stream of a caller who is no longer authenticated.
func (e *events) refuse(ctx context.Context) {
	refused := unauthenticated()
	e.send(ctx, &graphql.Response{Errors: errorList(refused.code, refused.message)})
	e.complete()
	e.end()
}

// complete sends the complete event.
func (e *events) complete() { e.write([]byte("event: complete\ndata:\n\n")) }

// send sends a result. If it can't be encoded, the stream ends with an errorId.
func (e *events) send(ctx context.Context, response *graphql.Response) {
	event, err := encodeEvent(response)
	if err != nil {
		event, _ = encodeEvent(e.handler.unwritable(ctx, err).response) // Text can always be encoded.
		defer func() {
			e.complete()
			e.end()
		}()
	}
	e.write(event)
}

// write writes an event and flushes it. A receiver that is too slow is disconnected.
func (e *events) write(text []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.w.Write(text)
	if err == nil {
		// Writing without deadlines works only in tests of the handler alone. Over HTTP/2
		// a deadline ends the stream even if nothing is written.
		_ = e.control.SetWriteDeadline(time.Now().Add(e.limits.WriteTimeout))
		err = e.control.Flush()
		_ = e.control.SetWriteDeadline(time.Time{})
	}
	if err != nil {
		e.end()
	}
}
