//go:build browser

package app_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"clientgraph/internal/testsize"
	"clientgraph/internal/web"
)

const (
	// browserTimeout bounds one run of the browser; each of its steps has a minute.
	browserTimeout = 15 * time.Minute
	// smallestScreenshot is what a page with something on it takes, in bytes.
	smallestScreenshot = 10_000
)

// The playground works in a browser, at a desk and on a phone: its examples are
// answered, links open what they say, and who was chosen asks, over HTTP and over
// sockets. The pictures stay in .ci/out.
func TestPlaygroundWorksInABrowser(t *testing.T) {
	if !web.Bundled() {
		t.Fatal("the playground is not bundled: run make playground")
	}
	folder := filepath.Join(root, "internal", "web", "browser")
	requirePrograms(t)
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		runIn(t, folder, "npm", "ci", "--no-audit", "--no-fund")
	}
	pictures, err := filepath.Abs(filepath.Join(root, ".ci", "out"))
	if err != nil {
		t.Fatal(err)
	}
	screenshot := filepath.Join(pictures, "playground.png")
	if err := os.Remove(screenshot); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	s := serve(t, dataDir(t), "--sample")
	t.Logf("%s", runIn(t, folder, "node", "playground/run.mjs", s.base, pictures))
	info, err := os.Stat(screenshot)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() <= smallestScreenshot {
		t.Errorf("the screenshot has %d bytes: nothing can be on it", info.Size())
	}
}

// Every screen of the console works in a browser, at a desk and on a phone, in
// both directions of writing, light and dark; so do editing with others, merging,
// and going on without a network. The pictures stay in .ci/out/console.
func TestConsoleWorksInABrowser(t *testing.T) {
	if !web.ConsoleBundled() {
		t.Fatal("the console is not bundled: run make console")
	}
	folder := filepath.Join(root, "internal", "web", "browser")
	requirePrograms(t)
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		runIn(t, folder, "npm", "ci", "--no-audit", "--no-fund")
	}
	pictures, err := filepath.Abs(filepath.Join(root, ".ci", "out", "console"))
	if err != nil {
		t.Fatal(err)
	}
	dir := dataDir(t)
	s := serve(t, dir, "--sample", "--webhooks-private-addresses")
	if clients := testsize.Of(0, 0, 10_000); clients > 0 {
		seed := command(t, "seed", "--data-dir", dir, "--clients", strconv.Itoa(clients))
		if out, err := seed.CombinedOutput(); err != nil {
			t.Fatalf("seed: %v\n%s", err, out)
		}
	}
	t.Logf("%s", runIn(t, folder, "node", "console/run.mjs", s.base, pictures))
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
