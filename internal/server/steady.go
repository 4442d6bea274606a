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
	// writeChunk is how many bytes the other side must read within a write timeout.
	writeChunk = 64 << 10
	// lingering is how long the rest of an unread body may take to arrive, so that a
	// caller who is still sending can read the answer.
	lingering = time.Second
)

// steadily bounds the time of reading each request and writing each answer, on all paths:
// a body must arrive in bodyTime, and a caller who does not read is disconnected. It
// gives every request an id, which the answer has in its header X-Request-Id.
func steadily(limits StreamLimits, bodyTime time.Duration, trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &steadyWriter{ResponseWriter: w, control: *http.NewResponseController(w), limits: limits, twoWays: r.ProtoMajor >= 2}
		about := &sent{Context: r.Context(), id: [1]string{idFor(r)}, site: siteOf(addressOf(r, trusted))}
		w.Header()[requestIDHeader] = about.id[:]
		r = r.WithContext(about) //nolint:contextcheck // It has the request's.
		if r.ContentLength != 0 {
			// SetReadDeadline fails only in tests of the handler alone.
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

// steadyWriter writes an answer in chunks with a deadline each.
type steadyWriter struct {
	http.ResponseWriter
	control http.ResponseController
	limits  StreamLimits
	// twoWays says that the request is a stream of a connection with other streams:
	// HTTP/2.
	twoWays bool
	// body is nil if there is none.
	body    *watchedBody
	watched watchedBody
	begun   bool
}

// Unwrap is for http.ResponseController.
func (s *steadyWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// WriteHeader implements http.ResponseWriter. If the body was not read, the connection is
// closed after the answer: net/http would wait for the body first.
func (s *steadyWriter) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		s.begun = true
		s.leaveBody()
	}
	s.ResponseWriter.WriteHeader(status)
}

// leaveBody stops reading a body that the handler left unread.
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
	// Over HTTP/2 a deadline ends the stream even if nothing is written.
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

// end bounds the work of net/http after a handler: it flushes the answer, and reads the
// rest of the body.
func (s *steadyWriter) end() {
	if !s.begun {
		s.leaveBody()
	}
	if s.twoWays {
		_ = s.control.SetWriteDeadline(time.Now().Add(s.limits.WriteTimeout))
	}
}

// siteOf returns the network site of an address, by which callers are counted.
func siteOf(address string) netip.Addr {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return conns.Site(parsed)
}
