//go:build hostile && linux

package app_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const (
	// unreadConnections send unreadRequests each, and read nothing.
	unreadConnections, unreadRequests = 64, 10
	// leastBeside is what a good caller keeps of its throughput beside them.
	leastBeside = 0.8
	// mostAttacks is how often one is tried at which a good caller seems to keep less: the
	// machine has other things to do as well.
	mostAttacks = 3
	// bigQuery has an answer of some hundred kilobytes.
	bigQuery = `{ clients(pageSize: 500) { clientId fullName emailAddress cellPhone city tags notes aggregatedNotes textSearchable fieldDataMapJson fieldDataListJson } }`
)

// rate is how many requests of a good caller are answered in a window, and its
// median time: the median of some windows, for the machine has other things to do.
func rate(t *testing.T, browser *http.Client, s *serving, token string, windows int) (answered int, middle time.Duration) {
	t.Helper()
	var counts []int
	var times []time.Duration
	for range windows {
		counts = append(counts, 0)
		for end := time.Now().Add(2 * window); time.Now().Before(end); counts[len(counts)-1]++ {
			began := time.Now()
			status, err := sendTo(t.Context(), browser, s, token, goodQuery)
			if err != nil || status != http.StatusOK {
				t.Fatalf("a good caller is answered %d, %v", status, err)
			}
			times = append(times, time.Since(began))
		}
	}
	slices.Sort(counts)
	slices.Sort(times)
	return counts[len(counts)/2], times[len(times)/2]
}

func sendTo(ctx context.Context, browser *http.Client, s *serving, token, query string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/graphql", strings.NewReader(`{"query":`+quoted(query)+`}`))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := browser.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// unreadBytes sends requests as bytes of HTTP/1.1, and reads nothing.
func unreadBytes(headers string) func(t *testing.T, s *serving, secure *tls.Config, token string) {
	return func(t *testing.T, s *serving, secure *tls.Config, token string) {
		body := `{"query":` + quoted(bigQuery) + `}`
		request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", token, headers, len(body), body)
		for range unreadConnections {
			conn, err := (&tls.Dialer{Config: secure, NetDialer: &net.Dialer{}}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.base, "https://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			if err := conn.(*tls.Conn).NetConn().(*net.TCPConn).SetReadBuffer(16 << 10); err != nil {
				t.Fatal(err)
			}
			// Where it fails the server has closed the connection already.
			_, _ = io.WriteString(conn, strings.Repeat(request, unreadRequests))
		}
	}
}

// unreadStreams asks over HTTP/2, and takes a little of each stream.
func unreadStreams(t *testing.T, s *serving, secure *tls.Config, token string) {
	for range unreadConnections {
		transport := &http.Transport{
			TLSClientConfig: secure.Clone(), ForceAttemptHTTP2: true,
			HTTP2: &http.HTTP2Config{MaxReceiveBufferPerConnection: 64 << 10, MaxReceiveBufferPerStream: 16 << 10},
		}
		t.Cleanup(transport.CloseIdleConnections)
		for range unreadRequests {
			go func() {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/graphql", strings.NewReader(`{"query":`+quoted(bigQuery)+`}`))
				if err != nil {
					return
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", "Bearer "+token)
				if response, err := transport.RoundTrip(request); err == nil {
					<-t.Context().Done()
					response.Body.Close()
				}
			}()
		}
	}
}

// unreadMessages asks over sockets, and reads no message.
func unreadMessages(t *testing.T, s *serving, secure *tls.Config, token string) {
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: secure.Clone()}}
	for range unreadConnections {
		conn, response, err := websocket.Dial(t.Context(), s.base+"/graphql", &websocket.DialOptions{HTTPClient: browser, Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			t.Fatal(err)
		}
		if response.Body != nil {
			response.Body.Close()
		}
		t.Cleanup(func() { _ = conn.CloseNow() })
		messages := []string{`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`}
		for i := range unreadRequests {
			messages = append(messages, fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":%s}}`, i, quoted(bigQuery)))
		}
		for i, message := range messages {
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
				break // It was closed for what it does.
			}
			if i == 0 {
				// What is asked before the connection is acknowledged would end it.
				if _, _, err := conn.Read(t.Context()); err != nil {
					break
				}
			}
		}
	}
}

// Callers who ask for much and read none of it hold nobody up, whatever they speak.
func TestHostileUnreadAnswersHoldNobodyUp(t *testing.T) {
	ours := newIssuer(t)
	cert, key, trust := certificateFiles(t)
	secure := &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}
	s := serveBounded(t, dataDir(t), "--sample", "--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "clientgraph",
		"--ssn-keyset-file", keysetFile(t), "--points-per-minute", "0", "--tls-cert", cert, "--tls-key", key)
	good, m := ours.ownerCalled(t, "good"), meter{s.cmd.Process.Pid}
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: secure.Clone()}}
	rate(t, browser, s, good, 2)
	for name, attack := range map[string]func(*testing.T, *serving, *tls.Config, string){
		"HTTP/1.1": unreadBytes(""), "HTTP/2": unreadStreams,
		"event streams": unreadBytes("Accept: text/event-stream\r\n"), "sockets": unreadMessages,
	} {
		kept := 0.0
		for attacks := 0; kept < leastBeside && attacks < mostAttacks; attacks++ {
			// What an attack has open ends with its subtest.
			t.Run(name, func(t *testing.T) {
				m.untilIdle(t)
				before, quiet := rate(t, browser, s, good, 3)
				var making, during int
				var shared, beside time.Duration
				took := m.during(t, func() {
					attack(t, s, secure, ours.ownerCalled(t, fmt.Sprint("bad ", name, attacks)))
					// What they ask for is made, in turns that they share with others; then they
					// hold what they may.
					making, shared = rate(t, browser, s, good, 1)
					m.untilIdle(t)
					during, beside = rate(t, browser, s, good, 3)
				})
				kept = float64(during) / float64(before)
				t.Logf("%s: %d connections with %d unread requests each: a good caller has %d answers a second, p50 %v, before, %d, p50 %v, while theirs are made, and %d, p50 %v, beside them; the server took %v of CPU and %s",
					name, unreadConnections, unreadRequests, before, quiet, making, shared, during, beside, took.cpu, mebibytes(took.memory))
			})
		}
		if kept < leastBeside {
			t.Errorf("%s: a good caller keeps %.2f of its answers", name, kept)
		}
	}
}
