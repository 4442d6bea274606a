package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph"
)

// late is a context whose deadline has passed and that was not told yet.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func (late) Err() error { return nil }

// The driver says of a connection that was closed at the request's deadline that
// the database can't be reached; it was the request that took too long.
func TestRequestOutOfTimeIsNotToldThatTheDatabaseIsGone(t *testing.T) {
	present := graph.PresentError(slog.New(slog.DiscardHandler), func(error) bool { return true })
	broken := fmt.Errorf("find clients: %w", context.DeadlineExceeded)
	for want, ctx := range map[string]context.Context{"TIMEOUT": late{t.Context()}, "UNAVAILABLE": t.Context()} {
		ctx = graphql.WithResponseContext(ctx, nil, nil)
		if code := present(ctx, broken).Extensions["code"]; code != want {
			t.Errorf("it is told as %v, want %s", code, want)
		}
	}
}
