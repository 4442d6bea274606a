// Package lab builds and starts the servers that benchmarks compare, with one database of
// the same documents or with a stand-in that answers for it from memory. It checks that
// all give the same answers, and sends them the same load.
package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/bench/queries"
	"clientgraph/internal/bench/standin"
	"clientgraph/internal/devdb"
)

// The cores of the servers, and of everything else.
const (
	serverCore = 0
	otherCore  = 1
)

const (
	closeTimeout = 30 * time.Second
	// cacheMiB is the cache of the embedded engine: with less, it writes pages to the
	// disk that later transactions change again.
	cacheMiB = 4_096
)

// Options configure a Lab.
type Options struct {
	// Root is the project's folder, Dir the folder for what is built and loaded.
	Root, Dir string
	// Clients is the number of the business's clients.
	Clients int
	// Progress gets a line for each step.
	Progress io.Writer
}

// Lab is the environment of a benchmark.
type Lab struct {
	ctx      context.Context //nolint:containedctx // A lab lives as long as the command that measures.
	root     string
	dir      string
	database string
	clients  int
	progress io.Writer
	keys     *keys
	built    map[string]error
	tokens   []string
	// cursors are the values of queries with cursors, from the hand-written handlers.
	cursors map[string][]any

	engine *devdb.Database
	mongo  *mongo.Client
	// StandIn answers in place of the database.
	StandIn *standin.StandIn
}

// New returns a lab without a database.
func New(ctx context.Context, o Options) (*Lab, error) {
	if _, err := exec.LookPath("taskset"); err != nil {
		return nil, errors.New("the benchmark pins servers to a core by the program taskset, of Linux's util-linux")
	}
	for _, dir := range []string{"bin", "unused"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, dir), 0o750); err != nil {
			return nil, fmt.Errorf("make the benchmark's folder: %w", err)
		}
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	l := &Lab{
		ctx: ctx, root: root, dir: dir, clients: o.Clients, progress: o.Progress,
		database: databaseOf(o.Clients), built: map[string]error{}, cursors: map[string][]any{},
	}
	if l.keys, err = newKeys(dir); err != nil {
		return nil, err
	}
	if l.StandIn, err = standin.Listen(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// databaseOf returns the name of the database for a business of that size.
func databaseOf(clients int) string { return "clientgraph_bench_" + strconv.Itoa(clients) }

// Use switches to a business of another size, and loads it if needed.
func (l *Lab) Use(clients int) ([]queries.Query, error) {
	l.clients, l.database = clients, databaseOf(clients)
	return l.Load()
}

func (l *Lab) path(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}

// source returns a file or folder of the benchmark.
func (l *Lab) source(parts ...string) string {
	return filepath.Join(append([]string{l.root, "internal", "bench"}, parts...)...)
}

func (l *Lab) sayf(format string, args ...any) { fmt.Fprintf(l.progress, format+"\n", args...) }

// PinRest keeps this process, and what it starts from now on, off the servers' core.
func (l *Lab) PinRest() error {
	return l.call(l.root, "taskset", "-a", "-p", "-c", strconv.Itoa(otherCore), strconv.Itoa(os.Getpid()))
}

// OpenDatabase opens the database, on an engine of its own or at MONGODB_URI.
func (l *Lab) OpenDatabase() error {
	engine, err := devdb.Open(l.ctx, devdb.Options{
		URI: os.Getenv("MONGODB_URI"), DataDir: l.path("data"), EngineDir: filepath.Join(l.root, ".data", "engine"),
		CacheMiB: cacheMiB, Expendable: true, Progress: l.progress,
	})
	if err != nil {
		return err
	}
	l.engine = engine
	if l.mongo, err = mongo.Connect(options.Client().ApplyURI(engine.URI)); err != nil {
		return errors.New("connect to the database")
	}
	return nil
}

// URI returns the real database's URI, for servers that are measured without the
// stand-in.
func (l *Lab) URI() string { return l.engine.URI }

// Record lets the stand-in pass commands on to the database, and store the replies.
func (l *Lab) Record() { l.StandIn.Record(l.engine.Address) }

// Close ends the database and the stand-in.
func (l *Lab) Close() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), closeTimeout)
	defer cancel()
	err := l.StandIn.Close()
	if l.mongo != nil {
		err = errors.Join(err, l.mongo.Disconnect(ctx))
	}
	if l.engine != nil {
		err = errors.Join(err, l.engine.Close(ctx))
	}
	return err
}

// token returns a caller's token; each number is another caller.
func (l *Lab) token(user int) (string, error) {
	for len(l.tokens) <= user {
		token, err := l.keys.token(len(l.tokens))
		if err != nil {
			return "", err
		}
		l.tokens = append(l.tokens, token)
	}
	return l.tokens[user], nil
}
