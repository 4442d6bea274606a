//go:build sockets || contract

package app_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// runScript runs a script of a folder below .ci against a server, as its owner.
func runScript(t *testing.T, s *serving, name, script string, environment ...string) {
	t.Helper()
	folder := filepath.Join(root, ".ci", name)
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Fatalf("its packages are not installed: run make %s", name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
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
