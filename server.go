// Command clientgraph serves a GraphQL API over the clients of businesses that
// take appointments.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"clientgraph/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// Once asked to stop, a second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(app.Main(ctx, os.Args, os.Stdout, os.Stderr))
}
