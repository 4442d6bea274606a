// Command reads measures what each read of clients costs in businesses of
// several sizes: how many index keys and documents the database examines, by its
// own word, and how many commands it gets. It runs on an engine of its own, or
// where MONGODB_URI says, in databases that it makes and drops.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/devdb"
	"clientgraph/internal/mongostore"
)

func main() {
	sizes := flag.String("sizes", "1000,10000,100000", "how many clients the businesses have, smallest first")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *sizes, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-reads:", err)
		os.Exit(1)
	}
}

// closeTimeout bounds the end of the engine and of the connections to it.
const closeTimeout = 30 * time.Second

func run(ctx context.Context, list string, stdout, stderr io.Writer) (err error) {
	sizes, err := parseSizes(list)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "clientgraph-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	engine, err := devdb.Open(ctx, devdb.Options{
		URI: os.Getenv("MONGODB_URI"), DataDir: temp, EngineDir: filepath.Join(".data", "engine"), Progress: stderr,
	})
	if err != nil {
		return err
	}
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err = errors.Join(err, engine.Close(bounded))
	}()
	report := &report{sizes: sizes}
	for _, size := range sizes {
		if err := measure(ctx, engine.URI, filepath.Base(temp), size, report, stderr); err != nil {
			return fmt.Errorf("a business of %d: %w", size, err)
		}
	}
	report.print(stdout)
	return report.surprises()
}

func parseSizes(list string) ([]int, error) {
	var sizes []int
	for text := range strings.SplitSeq(list, ",") {
		size, err := strconv.Atoi(text)
		if err != nil || size < landmarks || (len(sizes) > 0 && size <= sizes[len(sizes)-1]) {
			return nil, fmt.Errorf("-sizes %s: want numbers from %d, each larger than the one before, such as 1000,10000", list, landmarks)
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// measure loads a business into a database of its own, runs every read there,
// and drops it.
func measure(ctx context.Context, uri, name string, size int, report *report, stderr io.Writer) (err error) {
	recorder := &bench.Recorder{}
	connection, err := mongo.Connect(options.Client().ApplyURI(uri).SetMonitor(recorder.Monitor()))
	if err != nil {
		return errors.New("connect to the database")
	}
	name = strings.ReplaceAll(name, "-", "_") + "_" + strconv.Itoa(size)
	db := connection.Database(name)
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err = errors.Join(err, db.Drop(bounded), connection.Disconnect(bounded))
	}()
	store := mongostore.New(connection, name)
	if err := store.EnsureIndexes(ctx); err != nil {
		return err
	}
	service := client.NewService(store, nil, nil, unlimited{}, time.Now)
	began := time.Now()
	world, err := load(ctx, store, service, size)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "loaded a business of %d clients in %s\n", size, time.Since(began).Round(time.Second/10))
	for _, read := range reads() {
		cost, err := costOf(ctx, read, world, recorder, db)
		if err != nil {
			return fmt.Errorf("%s: %w", read.name, err)
		}
		report.add(read, cost)
	}
	return nil
}

// costOf runs a read twice, the first time to make its connections, and has its
// commands explained.
func costOf(ctx context.Context, read read, w *world, recorder *bench.Recorder, db *mongo.Database) (cost, error) {
	var c cost
	for range 2 {
		if _, err := recorder.Take(); err != nil {
			return c, err
		}
		began := time.Now()
		found, err := read.run(ctx, w)
		if err != nil {
			return c, err
		}
		c.found, c.took = found, time.Since(began)
	}
	recording, err := recorder.Take()
	if err != nil {
		return c, err
	}
	c.commands = recording.Commands
	for _, command := range recording.Reads {
		plan, err := bench.Explain(ctx, db, command)
		if err != nil {
			return c, err
		}
		if plan.Scans() {
			return c, fmt.Errorf("it scans %s: %v", plan.Collection, command)
		}
		c.embedded = plan.Embedded
		c.keys += plan.KeysExamined
		c.documents += plan.DocsExamined
		for _, index := range plan.Indexes {
			c.use(plan.Collection, index.Name)
		}
	}
	return c, nil
}

// unlimited lets everybody ask as often as they like.
type unlimited struct{}

func (unlimited) Take(string) (time.Duration, bool) { return 0, true }
