package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clientgraph/internal/devdb"
)

const (
	// buildTimeout covers a build without a cache, on a busy machine.
	buildTimeout = 5 * time.Minute
	// installTimeout covers fetching the engine, which is done once a machine.
	installTimeout = 6 * time.Minute
	// patience is how long anything else may take before a test gives it up.
	patience = time.Minute
	// pollPause is the time between two looks at what has no event to wait for.
	pollPause = 5 * time.Millisecond
)

// root is the project's folder, seen from this one.
const root = "../.."

// program is the path of the program, built when the first test asks for it,
// and prepared the engine's software, which the programs of all tests share.
var (
	program  = sync.OnceValues(build)
	prepared = sync.OnceValues(prepare)
)

func TestMain(m *testing.M) {
	// The tests choose their database and their flags themselves.
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name == "MONGODB_URI" || (strings.HasPrefix(name, "CLIENTGRAPH_") && name != "CLIENTGRAPH_TEST_SIZE") {
			os.Unsetenv(name)
		}
	}
	code := m.Run()
	os.RemoveAll(binFolder())
	os.Exit(code)
}

func binFolder() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("clientgraph-app-%d", os.Getpid()))
}

func build() (string, error) {
	path := filepath.Join(binFolder(), "clientgraph")
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", path, ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}

// prepare has the engine installed where all tests and `make run` have it.
func prepare() (string, error) {
	software, err := filepath.Abs(filepath.Join(root, ".data", "engine"))
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "clientgraph-app-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), installTimeout)
	defer cancel()
	database, err := devdb.Open(ctx, devdb.Options{DataDir: dir, EngineDir: software, Progress: os.Stderr, CacheMiB: 256})
	if err != nil {
		return "", err
	}
	return software, database.Close(ctx)
}

// dataDir is a data folder of the test's own, with the engine's software.
func dataDir(t *testing.T) string {
	t.Helper()
	software, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(software, filepath.Join(dir, "engine")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command is the program with that command line. It is killed when the test is
// over.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	// Not the project's folder: its .data is somebody else's.
	cmd.Dir = t.TempDir()
	// Many run at once, so that none may take what is usual.
	cmd.Env = append(os.Environ(), "CLIENTGRAPH_CACHE_MIB=256")
	return cmd
}

// result is how a command ended.
type result struct {
	stdout, stderr string
	code           int
}

// run runs a command to its end.
func run(t *testing.T, args ...string) result {
	t.Helper()
	return finish(t, command(t, args...))
}

func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // The state tells how it ended.
	if !late.Stop() {
		t.Fatalf("%v does not end: %s", cmd.Args, stderr.String())
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// mustRun is run for a command that succeeds, and returns what it printed.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	r := run(t, args...)
	if r.code != 0 {
		t.Fatalf("%v: exit code %d: %s", args, r.code, r.stderr)
	}
	return r.stdout
}

// until polls for what has no event to wait for.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pause := time.NewTicker(pollPause)
	defer pause.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("in vain: waited until %s", what)
		case <-pause.C:
		}
	}
}
