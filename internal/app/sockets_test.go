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

// The clients that others wrote for the two protocols find what they expect.
func TestClientsOfOthersSpeakToTheServersSockets(t *testing.T) {
	folder := filepath.Join(root, ".ci", "sockets")
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal("its packages are not installed: run make sockets")
	}
	s := serve(t, dataDir(t))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "suite.mjs")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "BASE="+s.base,
		"TOKEN="+s.owner(t),
		"READER="+s.token(t, "--role", "STAFF", "--staff-id", "1", "--user", "reader"),
		"SERVER_PID="+strconv.Itoa(s.cmd.Process.Pid))
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if code := s.wait(t); code != 0 {
		t.Errorf("exit code %d: %s", code, s.stderr)
	}
}
