// Command compare measures the cost of requests to the product, compared with handlers
// that answer only one query, and with servers that use other libraries. All use the same
// documents and the same core, and must give the same answers before they are measured.
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

	"clientgraph/internal/bench/lab"
	"clientgraph/internal/bench/queries"
)

// options are those of the command line.
type options struct {
	queries, variants string
	rounds, direct    int
	window, single    time.Duration
	clients           int
	dir, out          string
	profile           time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.queries, "queries", "", "which queries, by letter or name, with commas: a,b; all by default")
	flag.StringVar(&o.variants, "variants", "", "which servers, by name, with commas: product,hand; all by default")
	flag.IntVar(&o.rounds, "rounds", 6, "rounds over the stand-in")
	flag.IntVar(&o.direct, "direct", 2, "rounds over the database itself; 0 for none")
	flag.DurationVar(&o.window, "window", time.Second, "how long each server is asked in a round over many connections")
	flag.DurationVar(&o.single, "single", 400*time.Millisecond, "how long each is asked over one connection")
	flag.IntVar(&o.clients, "clients", 10_000, "how many clients the business has")
	flag.StringVar(&o.dir, "dir", filepath.Join(".cache", "bench"), "folder that keeps what is built and loaded")
	flag.StringVar(&o.out, "out", "", "folder for the table and the plots; without it, or where not all is measured, they are printed")
	flag.DurationVar(&o.profile, "profile", 0, "profile the product for that long under each query, into -dir, and measure nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	chosen, err := chooseVariants(o.variants)
	if err != nil {
		return err
	}
	l, err := lab.New(ctx, lab.Options{Root: ".", Dir: o.dir, Clients: o.clients, Progress: stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }() //nolint:contextcheck // The lab has the context of the command.
	variants, err := l.Build(chosen)
	if err != nil {
		return err
	}
	if err := l.PinRest(); err != nil {
		return err
	}
	if err := l.OpenDatabase(); err != nil {
		return err
	}
	all, err := l.Load()
	if err != nil {
		return err
	}
	if all, err = chooseQueries(all, o.queries); err != nil {
		return err
	}
	if o.queries != "" || o.variants != "" {
		o.out = ""
	}
	m := &measurement{lab: l, options: o, queries: all, variants: variants, progress: stderr}
	if o.profile > 0 {
		return m.profile() //nolint:contextcheck // Likewise.
	}
	if err := m.run(); err != nil { //nolint:contextcheck // Likewise.
		return err
	}
	return m.report(stdout)
}

func chooseVariants(names string) ([]lab.Variant, error) {
	all := lab.Variants()
	if names == "" {
		return all, nil
	}
	var chosen []lab.Variant
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(v lab.Variant) bool { return v.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("-variants: there is no %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func chooseQueries(all []queries.Query, names string) ([]queries.Query, error) {
	if names == "" {
		return all, nil
	}
	var chosen []queries.Query
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(q queries.Query) bool { return q.Name == name || q.Letter == name })
		if i < 0 {
			return nil, fmt.Errorf("-queries: there is no %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
