package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/netip"
	"regexp"
)

const requestIDHeader = "X-Request-Id"

// sent is what is known about a request before it is read. It is also the request's
// context, with itself as a value.
type sent struct {
	context.Context

	// id names the request in logs and answers. It is an array of one, so that headers
	// can use it as a slice.
	id [1]string
	// site is the network site that the request comes from.
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

// requestIDShape is the allowed form of a caller's own request id: short, and safe in a
// log line.
var requestIDShape = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// idFor returns the id of a request: the caller's own if it is valid.
func idFor(r *http.Request) string {
	id := r.Header.Get(requestIDHeader)
	if id == "" || !requestIDShape.MatchString(id) {
		return rand.Text()
	}
	return id
}

// withOwnRequestID returns a context with a request id of its own, for a part of a
// request.
func withOwnRequestID(ctx context.Context, id string) context.Context {
	return &sent{Context: ctx, id: [1]string{id}, site: remoteOf(ctx)}
}

func requestID(ctx context.Context) string {
	if s, known := ctx.Value(sentKey{}).(*sent); known {
		return s.id[0]
	}
	return ""
}

// remoteOf returns the network site that a context's request comes from.
func remoteOf(ctx context.Context) netip.Addr {
	if s, known := ctx.Value(sentKey{}).(*sent); known {
		return s.site
	}
	return netip.Addr{}
}
