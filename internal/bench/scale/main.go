// Command scale measures how the product's cost grows: with the clients of a business,
// the viewers of a client, the size of a page, the connections and the processes. All
// except the first are measured without a database.
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
	"slices"
	"strings"
	"syscall"
	"time"

	"clientgraph/internal/bench"
	"clientgraph/internal/bench/lab"
	"clientgraph/internal/bench/load"
	"clientgraph/internal/bench/queries"
)

// options are those of the command line.
type options struct {
	sizes  []int
	parts  string
	rounds int
	window time.Duration
	dir    string
	out    string
}

func main() {
	var o options
	sizes := flag.String("sizes", "1000,10000,100000", "how many clients the businesses have, smallest first; the last takes half an hour to load")
	flag.StringVar(&o.parts, "parts", "clients,viewers,page,documents,connections,processes", "what to measure")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds, of which medians are told")
	flag.DurationVar(&o.window, "window", time.Second, "how long each is asked in a round; callers at once, and the database itself, five times as long")
	flag.StringVar(&o.dir, "dir", filepath.Join(".cache", "bench"), "folder that keeps what is built and loaded")
	flag.StringVar(&o.out, "out", "", "folder for the tables and the plots; without it they are printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if o.sizes, err = bench.ParseSizes(*sizes, smallest); err == nil {
		err = run(ctx, o, os.Stdout, os.Stderr)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-scale:", err)
		os.Exit(1)
	}
}

// smallest is the smallest business, with a client that has a thousand viewers.
const smallest = 1_000

func run(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	l, err := lab.New(ctx, lab.Options{Root: ".", Dir: o.dir, Clients: o.sizes[0], Progress: stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }() //nolint:contextcheck // The lab has the context of the command.
	product := lab.Variants()[:1]
	if _, err := l.Build(product); err != nil {
		return err
	}
	if err := l.PinRest(); err != nil {
		return err
	}
	if err := l.OpenDatabase(); err != nil {
		return err
	}
	m := &measurement{lab: l, options: o, product: product[0], progress: stderr}
	m.machine = l.Machine()
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"clients", m.clients}, {"viewers", m.viewers}, {"page", m.pages}, {"documents", m.documents}, {"connections", m.connections}, {"processes", m.processes},
	} {
		if !slices.Contains(strings.Split(o.parts, ","), part.name) {
			continue
		}
		fmt.Fprintf(stderr, "measuring by %s ...\n", part.name)
		if err := part.measure(); err != nil {
			return fmt.Errorf("by %s: %w", part.name, err)
		}
	}
	return m.report(stdout)
}

// measurement is one run.
type measurement struct {
	lab      *lab.Lab
	options  options
	product  lab.Variant
	progress io.Writer
	machine  []string
	sections []section
}

// section is the result of a part of the run.
type section struct {
	name, title, text string
	// x and y are the axes of the plot; by is the first column.
	x, y, by string
	columns  []string
	rows     []row
}

// row is a row of a table: its series, its place, the plotted figure, and the columns.
type row struct {
	series string
	x, y   float64
	cells  []string
}

// asked is a query with the requests to one server.
type asked struct {
	server *lab.Server
	query  queries.Query
}

// over starts the product with the stand-in, records the queries, and then measures
// without the database.
func (m *measurement) over(product lab.Variant, all []queries.Query, do func([]asked) error) error {
	m.lab.Record()
	s, err := m.lab.Start(product, m.lab.StandIn.URI())
	if err != nil {
		return err
	}
	defer s.Stop()
	var prepared []asked
	for _, q := range all {
		if _, err := s.Answers(q); err != nil {
			return err
		}
		prepared = append(prepared, asked{s, q})
	}
	m.lab.StandIn.Replay()
	return do(prepared)
}

// long is how many times longer a round is if its answers take half a second, or if
// callers wait for a second.
const long = 5

// rounds measures a query in rounds, after a warm-up.
func (m *measurement) rounds(a asked, connections int, window time.Duration) ([]load.Result, error) {
	if _, err := a.server.Load(a.query, connections, window/2); err != nil {
		return nil, err
	}
	var results []load.Result
	for range m.options.rounds {
		result, err := a.server.Load(a.query, connections, window)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// middle returns the median of a figure of results.
func middle(results []load.Result, of func(load.Result) float64) float64 {
	figures := make([]float64, len(results))
	for i, r := range results {
		figures[i] = of(r)
	}
	slices.Sort(figures)
	if len(figures) == 0 {
		return 0
	}
	return figures[len(figures)/2]
}

func cpu(r load.Result) float64 { return float64(r.PerRequest()) / float64(time.Microsecond) }

func throughput(r load.Result) float64 { return r.Throughput() }

func p50(r load.Result) float64 { return float64(r.Quantile(.5)) / float64(time.Millisecond) }

func p99(r load.Result) float64 { return float64(r.Quantile(.99)) / float64(time.Millisecond) }
