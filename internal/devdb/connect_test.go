package devdb

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// closedAddress is one where nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// silentAddress is one where somebody listens and says nothing.
func silentAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func TestURIThatDoesNotWorkIsToldWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	closed := closedAddress(t)
	silent := silentAddress(t)
	for name, one := range map[string]struct{ uri, word string }{
		"nobody answers":   {"mongodb://someone:hunter2@" + silent + "/?directConnection=true", silent},
		"nobody listens":   {"mongodb://someone:hunter2@" + closed + "/?serverSelectionTimeoutMS=600000&authSource=hunter2", closed},
		"no such host":     {"mongodb+srv://someone:hunter2@nowhere.invalid/", "MONGODB_URI"},
		"not a URI":        {"someone:hunter2@" + closed, "mongodb://"},
		"unescaped":        {"mongodb://someone:hunter2/hunter2@hunter2@" + closed, "percent-encoded"},
		"password in path": {"mongodb://someone:27017/hunter2:hunter2@" + closed + "/", "percent-encoded"},
		"bad option":       {"mongodb://" + closed + "/?tls=hunter2", "MONGODB_URI"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			_, err := Open(t.Context(), Options{URI: one.uri})
			wantUserError(t, err, one.word)
			for ; err != nil; err = errors.Unwrap(err) {
				wantNoSecret(t, err.Error())
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func wantNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"hunter2", "someone"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q repeats what the URI holds", text)
		}
	}
}

func TestURIIsUsedAsItIs(t *testing.T) {
	running := open(t, t.TempDir())
	for name, open := range map[string]func(Options) (*Database, error){
		"open": func(o Options) (*Database, error) { return Open(t.Context(), o) },
		"join": func(o Options) (*Database, error) { return Join(t.Context(), o) },
	} {
		uri := "mongodb://" + running.Address + "/?appName=" + name
		db, err := open(Options{URI: uri, DataDir: "/dev/null/never-made"})
		if err != nil {
			t.Fatal(err)
		}
		if db.URI != uri || db.Kind != KindGiven || db.Address != running.Address || db.PID() != 0 || db.Exited() != nil {
			t.Errorf("%s: got %+v", name, db)
		}
		closeDB(t, db)
	}
	if !Alive(running.PID()) {
		t.Error("closing a database that we were told of ended it")
	}
}

func TestURIWithWrongPasswordIsTold(t *testing.T) {
	running := open(t, t.TempDir())
	_, err := Open(t.Context(), Options{URI: "mongodb://someone:hunter2@" + running.Address + "/"})
	wantUserError(t, err, running.Address, "password")
	wantNoSecret(t, err.Error())
}

// One that has no replica set would take the first transaction and fail it.
func TestStandaloneServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	o := Options{DataDir: dir, EngineDir: software(t)}.withDefaults()
	what, err := choose(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if what.kind != KindSecantus {
		t.Skip("only the engine of ours can play a standalone server")
	}
	what.args = append(what.args, "--standalone")
	running, address, err := launch(t.Context(), o, what)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := running.stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	_, err = Open(t.Context(), Options{URI: "mongodb://" + address + "/"})
	wantUserError(t, err, address, "--replSet")
}
