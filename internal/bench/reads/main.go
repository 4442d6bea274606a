// Command reads measures the cost of each read of clients in businesses of several sizes:
// the index keys and documents that the database examines, by its explain, and the
// commands and returned documents, as the driver sees them. It runs on an engine of its
// own, or on that of MONGODB_URI. Loaded data stay for the next run.
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
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/bench"
	"clientgraph/internal/devdb"
)

func main() {
	sizes := flag.String("sizes", "1000,10000,100000", "how many clients the businesses have, smallest first")
	data := flag.String("data", filepath.Join(".cache", "bench-reads"), "folder that keeps what was loaded; unused with MONGODB_URI")
	page := flag.String("write", "", "page whose table, between two marks, is written anew")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *sizes, *data, *page, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-reads:", err)
		os.Exit(1)
	}
}

const (
	// closeTimeout bounds the end of the engine and its connections.
	closeTimeout = 30 * time.Second
	// cacheMiB is the engine's default. With less, it writes pages to the disk that later
	// transactions change again.
	cacheMiB = 4_096
)

func run(ctx context.Context, list, data, page string, stdout, stderr io.Writer) (err error) {
	sizes, err := bench.ParseSizes(list, smallest)
	if err != nil {
		return err
	}
	engine, err := devdb.Open(ctx, devdb.Options{
		URI: os.Getenv("MONGODB_URI"), DataDir: data, EngineDir: filepath.Join(".data", "engine"),
		CacheMiB: cacheMiB, Expendable: true, Progress: stderr,
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
		if err := measure(ctx, engine.URI, size, report, stderr); err != nil {
			return fmt.Errorf("a business of %d: %w", size, err)
		}
	}
	report.print(stdout)
	if page != "" {
		if err := report.write(page); err != nil {
			return err
		}
	}
	return report.surprises()
}

// measure runs every read in a business of that size, in a database of its own, which it
// loads if it does not exist.
func measure(ctx context.Context, uri string, size int, report *report, stderr io.Writer) (err error) {
	recorder := &bench.Recorder{}
	connection, err := mongo.Connect(options.Client().ApplyURI(uri).SetMonitor(recorder.Monitor()))
	if err != nil {
		return errors.New("connect to the database")
	}
	db := connection.Database("clientgraph_bench_reads_" + strconv.Itoa(size))
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err = errors.Join(err, connection.Disconnect(bounded))
	}()
	world, err := open(ctx, db, size, stderr)
	if err != nil {
		return err
	}
	for _, read := range reads() {
		cost, err := costOf(ctx, read, world, recorder, db)
		if err != nil {
			return fmt.Errorf("%s: %w", read.name, err)
		}
		report.add(read, cost)
	}
	return nil
}

// costOf runs a read twice, the first time to open its connections, and explains its
// commands.
func costOf(ctx context.Context, read read, w *world, recorder *bench.Recorder, db *mongo.Database) (cost, error) {
	var c cost
	for range 2 {
		if _, err := recorder.Take(); err != nil {
			return c, err
		}
		var err error
		if c.found, err = read.run(ctx, w); err != nil {
			return c, err
		}
	}
	recording, err := recorder.Take()
	if err != nil {
		return c, err
	}
	c.commands, c.returned = recording.Commands, recording.Returned
	var parts []bson.D
	for _, command := range recording.Reads {
		parts = append(parts, bench.Parts(command)...)
	}
	for _, command := range parts {
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
