package server_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/server"
)

// raw opens a connection on which anything can be written.
func (p *playground) raw(t *testing.T) net.Conn {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// another is the token of another user of the business.
func (p *playground) another(t *testing.T) string {
	t.Helper()
	token, err := p.tokens.Token(client.Identity{BusinessID: 7, User: "another", Role: client.RoleOwner}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// asks sends a query and returns the status and the body of its answer.
func (p *playground) asks(t *testing.T, token, query string) (status int, after, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/graphql", strings.NewReader(`{"query":`+quoted(query)+`}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Retry-After"), string(body)
}

// readsNothing asks for big answers of which nothing is read, some on one
// connection. The connection stays until the test is over, or leave is called.
type readsNothing func(t *testing.T, p *playground, token string) (leave func())

// unreadWays are the ways to ask for answers and not to read them.
func unreadWays() map[string]readsNothing {
	const body = `{"query":"{ big }"}`
	return map[string]readsNothing{
		"HTTP/1.1": func(t *testing.T, p *playground, token string) func() {
			connection := p.raw(t)
			for range 3 {
				fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
			}
			return func() { _ = connection.Close() }
		},
		"HTTP/2": func(t *testing.T, p *playground, token string) func() {
			served := httptest.NewUnstartedServer(p.server)
			served.EnableHTTP2 = true
			served.StartTLS()
			transport := &http.Transport{ForceAttemptHTTP2: true, DisableCompression: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
			t.Cleanup(func() {
				transport.CloseIdleConnections()
				served.CloseClientConnections()
				served.Close()
			})
			var leave []func() error
			for range 3 {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, served.URL+"/graphql", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", "Bearer "+token)
				response, err := transport.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				if response.ProtoMajor != 2 {
					t.Fatalf("it speaks %s", response.Proto)
				}
				leave = append(leave, response.Body.Close)
				if response.StatusCode != http.StatusOK {
					break
				}
			}
			return func() {
				for _, closeBody := range leave {
					_ = closeBody()
				}
			}
		},
		"event stream": func(t *testing.T, p *playground, token string) func() {
			connection := p.raw(t)
			fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", token, len(body), body)
			return func() { _ = connection.Close() }
		},
		"socket": func(t *testing.T, p *playground, token string) func() {
			peer := dial(t, p.url, subprotocol, server.SocketProtocol)
			peer.init(token)
			for i := range 3 {
				peer.say(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":%s}`, i, body))
			}
			return func() { _ = peer.conn.Close() }
		},
	}
}

// Whose answers are not read holds no turn: all others go on. It begins nothing
// more itself until they are read or given up.
func TestUnreadAnswersHoldNobodyUp(t *testing.T) {
	for name, ask := range unreadWays() {
		t.Run(name, func(t *testing.T) {
			world := play(t, func(o *server.Options) {
				o.Limits = server.Limits{Running: 1, Waiting: 10, WaitTime: time.Minute, Unwritten: 80 << 20}
				o.Streams.WriteTimeout = time.Hour
			})
			token, another := world.token(t, time.Hour), world.another(t)
			leave := ask(t, world, token)
			eventually(t, "its caller begins nothing more", func() bool {
				status, after, text := world.asks(t, token, `{ echo(text: "a") }`)
				return status == http.StatusServiceUnavailable && after != "" && strings.Contains(text, `"OVERLOADED"`)
			})
			if status, _, text := world.asks(t, another, `{ echo(text: "a") }`); status != http.StatusOK {
				t.Errorf("another is answered %d: %s", status, text)
			}
			leave()
			eventually(t, "its caller goes on", func() bool {
				status, _, _ := world.asks(t, token, `{ echo(text: "a") }`)
				return status == http.StatusOK
			})
		})
	}
}

func TestAllUnreadAnswersAreBounded(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Limits.Unwritten = 1 << 20 })
	unreadWays()["HTTP/1.1"](t, world, world.token(t, time.Hour))
	another := world.another(t)
	eventually(t, "nobody begins anything more", func() bool {
		status, _, text := world.asks(t, another, `{ echo(text: "a") }`)
		return status == http.StatusServiceUnavailable && strings.Contains(text, `"OVERLOADED"`)
	})
}

// Who does not read is cut off, although its connection stays open.
func TestWhoDoesNotReadItsAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	for name, ask := range unreadWays() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := play(t, func(o *server.Options) {
				o.Limits.Unwritten = 80 << 20
				// Longer than a busy machine takes to ask whether it is being written.
				o.Streams.WriteTimeout = 5 * time.Second
				o.Streams.LeastRate = 1 << 30
			})
			token := world.token(t, time.Hour)
			ask(t, world, token)
			eventually(t, "the answer is being written", func() bool {
				status, _, _ := world.asks(t, token, `{ echo(text: "a") }`)
				return status == http.StatusServiceUnavailable
			})
			eventually(t, "the answer is given up", func() bool {
				status, _, _ := world.asks(t, token, `{ echo(text: "a") }`)
				return status == http.StatusOK
			})
		})
	}
}

// A refusal comes at once, however much of the body is still to come, and is the
// connection's last answer.
func TestRefusalDoesNotWaitForTheBody(t *testing.T) {
	world := play(t, nil)
	owner := "Authorization: Bearer " + world.token(t, time.Hour) + "\r\nContent-Type: application/json\r\n"
	for name, test := range map[string]struct {
		line, headers string
		status        int
	}{
		"no token":       {"POST /graphql", "Content-Type: application/json\r\n", http.StatusUnauthorized},
		"another type":   {"POST /graphql", strings.ReplaceAll(owner, "application/json", "text/plain"), http.StatusUnsupportedMediaType},
		"not acceptable": {"POST /graphql", owner + "Accept: text/html\r\n", http.StatusNotAcceptable},
		"another method": {"PUT /graphql", owner, http.StatusMethodNotAllowed},
		"no such path":   {"POST /nothing", "", http.StatusNotFound},
		"no method":      {"POST /healthz", "", http.StatusMethodNotAllowed},
		"a body to GET":  {"GET /healthz", "", http.StatusOK},
	} {
		for length, more := range map[string]string{"Content-Length: 1000\r\n": "{", "Transfer-Encoding: chunked\r\n": "ff\r\n{"} {
			name, _, _ := strings.Cut(name+", "+length, ":")
			t.Run(name, func(t *testing.T) {
				// The server waits a while before it closes a connection.
				t.Parallel()
				connection := world.raw(t)
				fmt.Fprintf(connection, "%s HTTP/1.1\r\nHost: x\r\n%s%s\r\n%s", test.line, test.headers, length, more)
				reader := bufio.NewReader(connection)
				response, err := http.ReadResponse(reader, nil)
				if err != nil {
					t.Fatal(err)
				}
				if response.StatusCode != test.status || !response.Close {
					t.Errorf("%s, close %v", response.Status, response.Close)
				}
				if _, err := io.Copy(io.Discard, response.Body); err != nil {
					t.Error(err)
				}
				response.Body.Close()
				if _, err := reader.ReadByte(); err == nil {
					t.Error("more comes")
				}
			})
		}
	}
}

// A connection whose requests are read to their ends serves one after the other.
func TestConnectionIsKeptWhereBodiesAreRead(t *testing.T) {
	world := play(t, func(o *server.Options) { o.Limits.BodyTime = time.Minute })
	connection := world.raw(t)
	reader := bufio.NewReader(connection)
	const body = `{"query":"{ echo(text: \"a\") }"}`
	for range 2 {
		fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", world.token(t, time.Hour), len(body), body)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusOK || response.Close {
			t.Errorf("%s, close %v", response.Status, response.Close)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
