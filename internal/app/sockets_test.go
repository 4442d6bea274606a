//go:build sockets

package app_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// speak runs a script of .ci/sockets against a server.
func speak(t *testing.T, s *serving, script string, environment ...string) {
	t.Helper()
	folder := filepath.Join(root, ".ci", "sockets")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal("its packages are not installed: run make sockets")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), append([]string{"BASE=" + s.base, "TOKEN=" + s.owner(t)}, environment...)...)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// The clients that others wrote for the two protocols find what they expect.
func TestClientsOfOthersSpeakToTheServersSockets(t *testing.T) {
	s := serve(t, dataDir(t))
	speak(t, s, "suite.mjs",
		"READER="+s.token(t, "--role", "STAFF", "--staff-id", "1", "--user", "reader"),
		"SERVER_PID="+strconv.Itoa(s.cmd.Process.Pid))
	if code := s.wait(t); code != 0 {
		t.Errorf("exit code %d: %s", code, s.stderr)
	}
}

// What GraphQL over HTTP demands, recommends and allows, as others test it.
func TestClientsOfOthersAuditGraphQLOverHTTP(t *testing.T) {
	speak(t, serve(t, dataDir(t)), "audit.mjs")
}
