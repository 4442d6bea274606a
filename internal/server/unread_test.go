package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

// schemaQuery has an answer of some hundred kilobytes.
const schemaQuery = `{ __schema { types { name description fields(includeDeprecated: true) { name description args { name description type { name ofType { name } } } type { name ofType { name } } } } } }`

// unread sends a query many times on one connection, and reads no answer.
func (s *site) unread(t *testing.T, token, query string, times int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"query": %q}`, query)
	request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
	if _, err := io.WriteString(conn, strings.Repeat(request, times)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// An answer that nobody reads holds no turn, be there ever so many of them, and
// its caller is cut off.
func TestAnswersThatNobodyReadsHoldNoTurn(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Introspection = true
		o.Limits.Running = 1
		o.Limits.WriteTime = 300 * time.Millisecond
		o.Limits.WaitTime = patience
	})
	var all []net.Conn
	for range 8 {
		all = append(all, s.unread(t, s.owner(t), schemaQuery, 40))
	}
	other := s.token(t, client.Identity{BusinessID: business, User: "other", Role: client.RoleOwner})
	for range 20 {
		if a := s.do(t, other, "{ clientCount }"); len(a.Errors) > 0 {
			t.Fatalf("another caller is answered %s", a.body)
		}
	}
	for _, conn := range all {
		// It was cut off: what was on its way comes, and then the end.
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		read, err := io.Copy(io.Discard, conn)
		if neterr, ok := err.(net.Error); ok && neterr.Timeout() { //nolint:errorlint // As the connection tells it.
			t.Error("a caller who does not read is not cut off")
		}
		if read > 40<<20 {
			t.Errorf("all %d bytes were sent", read)
		}
	}
}

// Bytes that wait to be read are bounded for a caller: one more operation is
// refused, and another caller's is not.
func TestAnswersThatWaitToBeReadAreBounded(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Introspection = true
		// One caller has an eighth: a few answers.
		o.Limits.Unwritten = 4 << 20
		o.Limits.WriteTime, o.Streams.WriteTimeout = patience, patience
		o.Limits.WaitTime = patience
	})
	for range 8 {
		s.unread(t, s.owner(t), schemaQuery, 40)
	}
	eventually(t, "an answer is refused", func() bool {
		a := s.do(t, s.owner(t), schemaQuery, "Accept-Encoding", "identity")
		return a.status == http.StatusServiceUnavailable && a.code() == "OVERLOADED" && a.header.Get("Retry-After") != ""
	})
	other := s.token(t, client.Identity{BusinessID: business, User: "other", Role: client.RoleOwner})
	if a := s.do(t, other, schemaQuery); len(a.Errors) > 0 {
		t.Errorf("another caller is answered %d %s", a.status, a.code())
	}
}

// A request whose body does not come is answered and closed on every path, with a
// token or without.
func TestRequestThatDoesNotEndIsAnsweredAndClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(o *server.Options) { o.Limits.BodyTime = 100 * time.Millisecond })
	token := "Authorization: Bearer " + s.token(t, apitest.Owner(business)) + "\r\n"
	var all sync.WaitGroup
	for _, c := range []struct {
		line, headers string
		status        int
	}{
		{"POST /graphql", "Content-Type: application/json\r\n", http.StatusUnauthorized},
		{"POST /graphql", "Authorization: Bearer x\r\nContent-Type: application/json\r\n", http.StatusUnauthorized},
		{"POST /graphql", token + "Content-Type: application/json\r\n", http.StatusRequestTimeout},
		{"POST /graphql", token + "Content-Type: text/plain\r\n", http.StatusUnsupportedMediaType},
		{"POST /graphql", token + "Accept: text/html\r\nContent-Type: application/json\r\n", http.StatusNotAcceptable},
		{"PUT /graphql", token, http.StatusMethodNotAllowed},
		{"POST /nowhere", "", http.StatusNotFound},
		{"GET /healthz", "", http.StatusOK},
		{"POST /healthz", "", http.StatusMethodNotAllowed},
		{"GET /readyz", "", http.StatusOK},
	} {
		for _, length := range []string{"Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"} {
			all.Go(func() {
				conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(patience))
				if _, err := io.WriteString(conn, c.line+" HTTP/1.1\r\nHost: x\r\n"+c.headers+length); err != nil {
					t.Error(err)
					return
				}
				reader := bufio.NewReader(conn)
				response, err := http.ReadResponse(reader, nil)
				if err != nil {
					t.Errorf("%s %s: %v", c.line, c.headers, err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if response.StatusCode != c.status {
					t.Errorf("%s %s: %s, want %d", c.line, c.headers, response.Status, c.status)
				}
				if _, err := reader.ReadByte(); err == nil || strings.Contains(err.Error(), "timeout") {
					t.Errorf("%s %s: the connection is not closed: %v", c.line, c.headers, err)
				}
			})
		}
	}
	all.Wait()
}
