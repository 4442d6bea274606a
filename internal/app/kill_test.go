//go:build unix

package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"clientgraph/internal/devdb"
)

const (
	createJane = `mutation { createClient(input: {firstName: "Jane", lastName: "Deer", emailAddress: "jane@email.com"}) { client { clientId } userErrors { code } } }`
	names      = `{ clients(pageSize: 500) { fullName } }`
)

func wantJane(t *testing.T, s *serving) {
	t.Helper()
	got, err := json.Marshal(s.do(t, s.owner(t), names))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"clients":[{"fullName":"Jane Deer"}]}`; string(got) != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestKilledServerLeavesNoChildAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := serve(t, dir)
	if !devdb.Alive(first.lock.EnginePID) || first.lock.PID != first.cmd.Process.Pid {
		t.Fatalf("the lock file says %+v, and process %d serves", first.lock, first.cmd.Process.Pid)
	}
	first.do(t, first.owner(t), createJane)
	first.signal(t, syscall.SIGKILL)
	first.wait(t)
	until(t, "the killed server's engine is gone", func() bool { return !devdb.Alive(first.lock.EnginePID) })
	wantJane(t, serve(t, dir))
}

func TestAskedServerEndsCleanlyAndLosesNothing(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t)
			first := serve(t, dir)
			first.do(t, first.owner(t), createJane)
			first.signal(t, signal)
			if code := first.wait(t); code != 0 {
				t.Fatalf("exit code %d: %s", code, first.stderr)
			}
			if devdb.Alive(first.lock.EnginePID) {
				t.Error("the engine outlives the server")
			}
			if _, err := os.Stat(filepath.Join(dir, "engine.lock")); err == nil {
				t.Error("the data folder is still taken")
			}
			for line := range strings.Lines(first.stderr.String()) {
				if !strings.Contains(line, `"level":"INFO"`) {
					t.Errorf("a clean end is told with %s", line)
				}
			}
			wantJane(t, serve(t, dir))
		})
	}
}

// A server without its database is of no use: it says so, and ends at once.
func TestServerEndsWithItsEngine(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	s.do(t, s.owner(t), createJane)
	if err := syscall.Kill(s.lock.EnginePID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if code := s.wait(t); code != 1 {
		t.Errorf("exit code %d", code)
	}
	wantOneLine(t, result{stderr: s.stderr.String()}, "the database ended", "engine.log")
}

// held is a request that the server has begun to serve: its body is not all
// there yet.
type held struct {
	body   *io.PipeWriter
	answer chan answer
	failed chan error
}

// hold sends an operation up to its body, and returns when the server asks for
// that, which it does only once the request is being served.
func hold(t *testing.T, s *serving, token string) held {
	t.Helper()
	reader, writer := io.Pipe()
	asked := make(chan struct{})
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{Got100Continue: func() { close(asked) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/graphql", reader)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Expect", "100-continue")
	transport := &http.Transport{ExpectContinueTimeout: patience}
	t.Cleanup(transport.CloseIdleConnections)
	h := held{body: writer, answer: make(chan answer, 1), failed: make(chan error, 1)}
	go func() {
		response, err := transport.RoundTrip(request)
		if err != nil {
			h.failed <- err
			return
		}
		a, err := read(response)
		if err != nil {
			h.failed <- err
			return
		}
		h.answer <- a
	}()
	select {
	case <-asked:
	case err := <-h.failed:
		t.Fatal(err)
	}
	return h
}

func TestRequestUnderWayIsAnsweredWhenTheServerStops(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	token := s.owner(t)
	h := hold(t, s, token)
	s.signal(t, syscall.SIGTERM)
	s.untilLogged(t, `"msg":"stopping"`)
	until(t, "nobody is let in any more", func() bool {
		connection, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
	if !devdb.Alive(s.lock.EnginePID) {
		t.Fatal("the engine ended before the last request")
	}
	body, err := json.Marshal(map[string]string{"query": createJane})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.body.Write(body); err != nil {
		t.Fatal(err)
	}
	h.body.Close()
	select {
	case a := <-h.answer:
		if a.status != http.StatusOK || len(a.Errors) > 0 {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
	case err := <-h.failed:
		t.Fatal(err)
	}
	if code := s.wait(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, s.stderr)
	}
	wantJane(t, serve(t, s.dir))
}

func TestSecondSignalEndsAServerThatWaitsForARequest(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	h := hold(t, s, s.owner(t))
	defer h.body.Close()
	s.signal(t, syscall.SIGTERM)
	s.untilLogged(t, `"msg":"stopping"`)
	s.signal(t, syscall.SIGTERM)
	if code := s.wait(t); code == 0 {
		t.Error("want an end by the signal")
	}
	until(t, "the engine is gone", func() bool { return !devdb.Alive(s.lock.EnginePID) })
}
