package server

import (
	"net/http"
	"time"
)

const (
	// unreadTime bounds how long the rest of a request may take to arrive that
	// nobody reads: net/http reads it before it answers, so that the connection can
	// be used again, and would wait for ever.
	unreadTime = 2 * time.Second
	// pageTime bounds how long what is not an answer of GraphQL may take to be
	// written: a page of the playground has some megabytes.
	pageTime = 30 * time.Second
	// chunk is how much of an answer is written under one deadline: with WriteTime
	// it is the least rate at which a caller must read.
	chunk = 64 << 10
)

// withDeadlines bounds how long each request may be read and answered. Whoever
// reads a body, or answers in its own time, sets deadlines of its own.
func withDeadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// A handler that is tested alone has no deadlines.
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(time.Now().Add(unreadTime))
		}
		_ = control.SetWriteDeadline(time.Now().Add(pageTime))
		next.ServeHTTP(w, r)
	})
}

// writeSlowly writes data in parts, each of which the other side must take within
// that time. A caller who is gone, or does not read, can't be told.
func writeSlowly(w http.ResponseWriter, data []byte, each time.Duration) {
	control := http.NewResponseController(w)
	for len(data) > 0 {
		part := data[:min(chunk, len(data))]
		_ = control.SetWriteDeadline(time.Now().Add(each))
		if _, err := w.Write(part); err != nil { //nolint:gosec // It is JSON, and said to be nothing else.
			return
		}
		data = data[len(part):]
	}
}
