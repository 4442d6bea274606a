package server

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"clientgraph/internal/conns"
)

const (
	// writeChunk is what the other side takes in a write timeout at least.
	writeChunk = 64 << 10
	// lingering is how long the rest of a body that nobody reads may go on to
	// arrive: who is still sending it reads the answer afterwards.
	lingering = time.Second
)

// steadily has every request read and every answer written within a time, on all
// paths: a body arrives in bodyTime, and who does not read is cut off. It gives every
// request an id, which the header X-Request-Id of the answer tells.
func steadily(limits StreamLimits, bodyTime time.Duration, trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &steadyWriter{ResponseWriter: w, control: *http.NewResponseController(w), limits: limits, twoWays: r.ProtoMajor >= 2}
		about := &sent{Context: r.Context(), id: [1]string{idFor(r)}, site: siteOf(addressOf(r, trusted))}
		w.Header()[requestIDHeader] = about.id[:]
		r = r.WithContext(about) //nolint:contextcheck // It has the request's.
		if r.ContentLength != 0 {
			// A handler that is tested alone has no deadlines.
			_ = s.control.SetReadDeadline(time.Now().Add(bodyTime))
			s.watched.ReadCloser = r.Body
			s.body = &s.watched
			r.Body = s.body
		}
		next.ServeHTTP(s, r)
		s.end()
	})
}

// watchedBody knows whether a body was read to its end.
type watchedBody struct {
	io.ReadCloser
	ended atomic.Bool
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.ended.Store(true)
	}
	return n, err
}

// steadyWriter writes an answer in chunks, each of which has a deadline.
type steadyWriter struct {
	http.ResponseWriter
	control http.ResponseController
	limits  StreamLimits
	// twoWays says that a request and its answer are a stream of a connection that
	// has others: HTTP/2.
	twoWays bool
	// body is nil where there is none.
	body    *watchedBody
	watched watchedBody
	begun   bool
}

// Unwrap is for http.ResponseController.
func (s *steadyWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// WriteHeader implements http.ResponseWriter. An answer to a request whose body
// was not read is the last one of its connection: net/http would read the body
// first, and wait for it.
func (s *steadyWriter) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		s.begun = true
		s.leaveBody()
	}
	s.ResponseWriter.WriteHeader(status)
}

// leaveBody ends reading a body that nobody reads.
func (s *steadyWriter) leaveBody() {
	if s.body == nil || s.body.ended.Load() || s.twoWays {
		return
	}
	s.Header().Set("Connection", "close")
	_ = s.control.SetReadDeadline(time.Now().Add(lingering))
}

// Write implements io.Writer.
func (s *steadyWriter) Write(p []byte) (written int, err error) {
	if !s.begun {
		s.WriteHeader(http.StatusOK)
	}
	end := time.Now().Add(s.limits.timeToRead(len(p)))
	// Over HTTP/2 a deadline ends the stream even when nothing is written.
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }()
	for {
		part := p[written:min(written+writeChunk, len(p))]
		deadline := time.Now().Add(s.limits.WriteTimeout)
		if end.Before(deadline) {
			deadline = end
		}
		_ = s.control.SetWriteDeadline(deadline)
		n, err := s.ResponseWriter.Write(part)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// end bounds what net/http does after a handler: it writes what it has gathered,
// and reads the rest of the body.
func (s *steadyWriter) end() {
	if !s.begun {
		s.leaveBody()
	}
	if s.twoWays {
		_ = s.control.SetWriteDeadline(time.Now().Add(s.limits.WriteTimeout))
	}
}

// siteOf is what an address counts as.
func siteOf(address string) netip.Addr {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return conns.Site(parsed)
}
