//go:build browser

package app_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"clientgraph/internal/web"
)

const (
	// browserTimeout bounds one run of the browser; each of its steps has half
	// a minute.
	browserTimeout = 3 * time.Minute
	// smallestScreenshot is what a page with something on it takes, in bytes.
	smallestScreenshot = 10_000
)

// The playground opens in a browser, and its first example is answered.
func TestPlaygroundWorksInABrowser(t *testing.T) {
	if !web.Bundled() {
		t.Fatal("the playground is not bundled: run make playground")
	}
	folder := filepath.Join(root, "internal", "web", "browser")
	requirePrograms(t)
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		runIn(t, folder, "npm", "ci", "--no-audit", "--no-fund")
	}
	screenshot, err := filepath.Abs(filepath.Join(root, ".ci", "out", "playground.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(screenshot); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	s := serve(t, dataDir(t), "--sample")
	t.Logf("%s", runIn(t, folder, "node", "playground.mjs", s.base, screenshot))
	info, err := os.Stat(screenshot)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() <= smallestScreenshot {
		t.Errorf("the screenshot has %d bytes: nothing can be on it", info.Size())
	}
}

func requirePrograms(t *testing.T) {
	t.Helper()
	chromium := os.Getenv("CHROMIUM")
	if chromium == "" {
		chromium = "/usr/bin/chromium"
	}
	if _, err := exec.LookPath(chromium); err != nil {
		t.Fatalf("there is no browser: install Chromium, or set CHROMIUM to its path (%v)", err)
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("there is no %s: install Node.js (%v)", program, err)
		}
	}
}

func runIn(t *testing.T, folder, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}
