package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/netip"
	"regexp"
)

const requestIDHeader = "X-Request-Id"

// sent is what is known of a request before it is read, and the request's context with
// that as a value.
type sent struct {
	context.Context

	// id names it in logs and answers; it is a list of one, as headers have it.
	id [1]string
	// site is where it comes from.
	site netip.Addr
}

type sentKey struct{}

// Value implements context.Context.
func (s *sent) Value(key any) any {
	if _, is := key.(sentKey); is {
		return s
	}
	return s.Context.Value(key)
}

// requestIDShape is what a caller's own id may look like: short, and harmless in
// a log line.
var requestIDShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// idFor is the id of a request: the caller's own where it sent a usable one.
func idFor(r *http.Request) string {
	id := r.Header.Get(requestIDHeader)
	if id == "" || !requestIDShape.MatchString(id) {
		return rand.Text()
	}
	return id
}

// withOwnRequestID gives a part of a request an id of its own.
func withOwnRequestID(ctx context.Context, id string) context.Context {
	return &sent{Context: ctx, id: [1]string{id}, site: remoteOf(ctx)}
}

func requestID(ctx context.Context) string {
	if s, known := ctx.Value(sentKey{}).(*sent); known {
		return s.id[0]
	}
	return ""
}

// remoteOf is the site that a context's request comes from.
func remoteOf(ctx context.Context) netip.Addr {
	if s, known := ctx.Value(sentKey{}).(*sent); known {
		return s.site
	}
	return netip.Addr{}
}
