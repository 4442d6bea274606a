// Command observed is the product with the address of package meter: its commands and
// flags are those of clientgraph.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"clientgraph/internal/app"
	"clientgraph/internal/bench/meter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := meter.Begin(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "observed:", err)
		os.Exit(1)
	}
	code := app.Main(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
