// Package testdb gives tests a real database: a fresh one each, on one engine
// for the whole test binary, started when the first test asks for it. With
// MONGODB_URI set it is that cluster instead.
//
// A package that uses it says so once:
//
//	func TestMain(m *testing.M) { testdb.Main(m) }
package testdb

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/devdb"
)

const (
	// openTimeout covers an installation by this or another test binary.
	openTimeout = 6 * time.Minute
	dropTimeout = 30 * time.Second
	// tempPrefix is the prefix of data folders, before the process id of the test binary,
	// so that later runs can remove the folders of binaries that were killed.
	tempPrefix = "clientgraph-test-"
	// cacheMiB is the cache size of an engine: many run at once.
	cacheMiB = 256
	// gcPercent is how much the heap of tests grows between two collections, in percent.
	// The store's tests took 32 s of CPU time with it, and 34 s with Go's default of 100.
	gcPercent = 400
)

// DB is an empty database for one test, which is dropped after it.
type DB struct {
	// URI is the URI of the server, without a database.
	URI string
	// Name is the name of the database, unique on that server.
	Name string
	// Dir is a folder for files that several servers on the database share; empty for a
	// database that New did not return.
	Dir string
}

// shared is the engine of this test binary. It is a global because tests share only the
// process, and an engine for each would cost more than most tests.
var shared engine

type engine struct {
	mu sync.Mutex
	// err is why the engine could not be started, so that further tests fail at once.
	err      error
	database *devdb.Database
	client   *mongo.Client
	temp     string
	prefix   string
	count    int
}

// Main runs the tests of a package, stops the engine, removes its data, and exits. Unless
// GOGC is set, garbage is collected seldom, because tests need little memory.
func Main(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns a fresh database, which is dropped when the test ends.
func New(t testing.TB) DB {
	t.Helper()
	db, client, err := shared.next()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := client.Database(db.Name).Drop(ctx); err != nil {
			t.Errorf("testdb: drop %s: %v", db.Name, err)
		}
	})
	db.Dir = t.TempDir()
	return db
}

// Engine starts an engine for one test with its data in dataDir, for tests that kill and
// restart it. It is closed when the test ends, and may be closed before. It ignores
// MONGODB_URI.
func Engine(t testing.TB, dataDir string) *devdb.Database {
	t.Helper()
	return LargeEngine(t, dataDir, cacheMiB)
}

// LargeEngine is Engine with a cache of that many MiB.
func LargeEngine(t testing.TB, dataDir string, mib int) *devdb.Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	software, err := software()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	database, err := devdb.Open(ctx, devdb.Options{DataDir: dataDir, EngineDir: software, Progress: os.Stderr, CacheMiB: mib})
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		if err := closeEngine(database); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	return database
}

func (e *engine) next() (DB, *mongo.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.client == nil && e.err == nil {
		e.err = e.open()
	}
	if e.err != nil {
		return DB{}, nil, e.err
	}
	e.count++
	return DB{URI: e.database.URI, Name: e.prefix + strconv.Itoa(e.count)}, e.client, nil
}

func (e *engine) open() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	sweep(os.TempDir())
	software, err := software()
	if err != nil {
		return err
	}
	e.temp, err = os.MkdirTemp("", tempPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return err
	}
	e.database, err = devdb.Open(ctx, devdb.Options{
		URI: os.Getenv("MONGODB_URI"), DataDir: e.temp, EngineDir: software, Progress: os.Stderr, CacheMiB: cacheMiB,
		// The data are not used after the engine has ended.
		Expendable: true,
	})
	if err != nil {
		return err
	}
	// Several test binaries may share a cluster.
	e.prefix = "test_" + strings.ToLower(rand.Text()[:10]) + "_"
	client, err := mongo.Connect(options.Client().ApplyURI(e.database.URI))
	if err != nil {
		return fmt.Errorf("connect to the test database at %s", e.database.Address)
	}
	e.client = client
	return nil
}

func (e *engine) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.client != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		// The engine ends next, and closes the connections.
		_ = e.client.Disconnect(ctx)
	}
	if e.database != nil {
		if err := closeEngine(e.database); err != nil {
			return err
		}
	}
	if e.temp == "" {
		return nil
	}
	return os.RemoveAll(e.temp)
}

func closeEngine(database *devdb.Database) error {
	ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
	defer cancel()
	return database.Close(ctx)
}

// software returns the folder of the engine's software, the same for all test binaries
// and for a server that was started by hand.
func software() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, ".data", "engine"), nil
}

// Root returns the project's folder: the nearest one with a go.mod, from the working
// directory upwards.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working directory: %w", fs.ErrNotExist)
		}
		dir = parent
	}
}

// sweep removes the data of test binaries that were killed.
func sweep(parent string) {
	folders, err := filepath.Glob(filepath.Join(parent, tempPrefix+"*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), tempPrefix), "-")
		if pid, err := strconv.Atoi(owner); err == nil && !devdb.Alive(pid) {
			_ = os.RemoveAll(folder)
		}
	}
}
