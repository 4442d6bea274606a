//go:build unix

package app_test

import (
	"context"
	"io"
	"net/http"
	"syscall"
	"testing"
)

// TestServerTellsThatItsDatabaseHangs: readiness and operations end in their time
// while the engine answers nothing, and go on when it does again.
func TestServerTellsThatItsDatabaseHangs(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--query-time", "1s")
	token := s.owner(t)
	wantReady := func(status int, text string) {
		t.Helper()
		if gotStatus, got := s.readiness(t); gotStatus != status || got != text {
			t.Errorf("readyz: %d %q, want %d %q", gotStatus, got, status, text)
		}
	}
	wantReady(http.StatusOK, "ready\n")
	send := func(signal syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(s.lock.EnginePID, signal); err != nil {
			t.Fatal(err)
		}
	}
	send(syscall.SIGSTOP)
	// A stopped process does not end when it is asked to.
	t.Cleanup(func() { _ = syscall.Kill(s.lock.EnginePID, syscall.SIGCONT) })
	// A signal arrives when it arrives: the engine may answer once more, or break
	// off an answer.
	until(t, "the server is not ready for want of an answer", func() bool {
		status, text := s.readiness(t)
		return status == http.StatusServiceUnavailable && text == "the database does not answer within 2s\n"
	})
	s.untilLogged(t, "the database does not answer within 2s")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	a, err := s.post(ctx, token, "", "{ clientCount }", nil)
	if err != nil {
		t.Fatalf("a query while the database hangs: %v", err)
	}
	if len(a.Errors) != 1 || (a.Errors[0].Extensions["code"] != "TIMEOUT" && a.Errors[0].Extensions["code"] != "UNAVAILABLE") {
		t.Errorf("a query while the database hangs: %s", a.body)
	}
	send(syscall.SIGCONT)
	until(t, "the server is ready again", func() bool {
		status, _ := s.readiness(t)
		return status == http.StatusOK
	})
	wantReady(http.StatusOK, "ready\n")
	wantCount(t, s, token, 0)
}

// readiness is what the server says of its database.
func (s *serving) readiness(t *testing.T) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}
