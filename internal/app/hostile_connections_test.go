//go:build hostile && linux

package app_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// halfRequests are connections of strangers with half a request each.
	halfRequests = 2_000
	// strangersGone is when the last half request's connection has ended.
	strangersGone = 30 * time.Second
)

// opened are connections that send something and read nothing.
func opened(t *testing.T, s *serving, n int, text string) []net.Conn {
	t.Helper()
	var all []net.Conn
	for range n {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		if _, err := io.WriteString(connection, text); err != nil {
			t.Fatal(err)
		}
		all = append(all, connection)
	}
	return all
}

func TestHostileHalfRequestsAreGoneSoon(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	good, m := s.owner(t), meter{s.cmd.Process.Pid}
	var in time.Duration
	var all []net.Conn
	began := time.Now()
	took := m.during(t, func() {
		all = opened(t, s, halfRequests/2, "POST /graphql HTTP/1.1\r\nHost: x\r\n")
		all = append(all, opened(t, s, halfRequests/2, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")...)
		asked := time.Now()
		s.do(t, good, "{ clientCount }")
		in = time.Since(asked)
		for _, connection := range all {
			_ = connection.SetReadDeadline(began.Add(strangersGone))
			if _, err := io.Copy(io.Discard, connection); isTimeout(err) {
				t.Fatal("a stranger's half request is still open")
			}
		}
	})
	t.Logf("%d half requests: a good caller was answered in %v; all were gone after %v; the server took %v of CPU and %s",
		halfRequests, in, time.Since(began).Round(time.Millisecond), took.cpu, mebibytes(took.memory))
}

func isTimeout(err error) bool {
	failure, ok := err.(net.Error) //nolint:errorlint // It comes from the connection as it is.
	return ok && failure.Timeout()
}

// The server outlives its file descriptors' running out, and tells of it.
func TestHostileFloodOfConnectionsWithFewDescriptors(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	good := s.owner(t)
	s.do(t, good, "{ clientCount }")
	if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 128, Max: 128}, nil); err != nil {
		t.Fatal(err)
	}
	opened(t, s, 300, "POST /graphql HTTP/1.1\r\nHost: x\r\n")
	s.untilLogged(t, "can't accept connections for now")
	until(t, "a good caller is answered", func() bool {
		answer, err := s.post(t.Context(), good, "", "{ clientCount }", nil)
		return err == nil && answer.Data != nil
	})
	if lines := strings.Count(s.stderr.String(), "can't accept connections for now"); lines > 2 {
		t.Errorf("it logs %d lines", lines)
	}
}
