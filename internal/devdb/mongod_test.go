//go:build unix

package devdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clientgraph/internal/testscript"
)

// pretendMongod puts a mongod on the PATH that is the other engine behind
// mongod's own command line, and writes that down.
func pretendMongod(t *testing.T) (written string) {
	t.Helper()
	engine, err := install(t.Context(), Options{DataDir: t.TempDir(), EngineDir: software(t)}.withDefaults(), pinned(), []string{"python3", "python"})
	if _, ok := errors.AsType[*UserError](err); ok {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	written = filepath.Join(dir, "arguments")
	script := fmt.Sprintf(`#!/bin/sh
echo "$@" >>%s
while [ $# -gt 0 ]; do
  case "$1" in --dbpath) data=$2 ;; --port) port=$2 ;; esac
  shift
done
: >"$data/empty.toml"
exec %s --host 127.0.0.1 --port "$port" --storage-path "$data" --sync-on-commit --log-file-max 128MB --config "$data/empty.toml"
`, written, engine)
	testscript.Write(t, filepath.Join(dir, "mongod"), script)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return written
}

func TestMongodOnThePathIsPreferred(t *testing.T) {
	written := pretendMongod(t)
	dir := t.TempDir()
	first := open(t, dir)
	if first.Kind != KindMongod {
		t.Fatalf("want mongod, got %s", first.Kind)
	}
	insert(t, first, "kept")
	closeDB(t, first)
	second := open(t, dir)
	wantKept(t, second, "kept")
	if second.Address != first.Address {
		t.Errorf("the replica set's configuration names %s, now it is at %s", first.Address, second.Address)
	}
	text, err := os.ReadFile(written)
	if err != nil || !strings.Contains(string(text), "--replSet clientgraph") {
		t.Errorf("want a replica set, got %s, %v", text, err)
	}
}

func TestDataStaysWithTheEngineThatWroteIt(t *testing.T) {
	ours, theirs := t.TempDir(), t.TempDir()
	path := os.Getenv("PATH")
	first := open(t, ours)
	if first.Kind != KindSecantus {
		t.Skip("a mongod is on the PATH already")
	}
	closeDB(t, first)
	pretendMongod(t)
	if db := open(t, ours); db.Kind != KindSecantus {
		t.Errorf("its data would seem lost: %s", db.Kind)
	}
	closeDB(t, open(t, theirs))
	t.Setenv("PATH", path)
	_, err := Open(t.Context(), Options{DataDir: theirs, EngineDir: software(t)})
	wantUserError(t, err, "mongod", "PATH", "--data-dir")
}

func TestMongodTakesAnotherPortWhenItsOwnIsTaken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mongod.port")
	first, err := mongodPort(file, 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := mongodPort(file, 0); err != nil || again != first {
		t.Fatalf("want %d again, got %d, %v", first, again, err)
	}
	taken := strings.TrimPrefix(silentAddress(t), "127.0.0.1:")
	if err := os.WriteFile(file, []byte(taken), 0o600); err != nil {
		t.Fatal(err)
	}
	port, err := mongodPort(file, 0)
	if err != nil || fmt.Sprint(port) == taken {
		t.Fatalf("want a free port, got %d, %v", port, err)
	}
}
