package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

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

// A long message of the library's is cut between characters.
func TestLongMessagesStayText(t *testing.T) {
	present := graph.PresentError(slog.New(slog.DiscardHandler), func(error) bool { return false })
	for _, first := range []string{"", "x"} {
		told := present(t.Context(), &gqlerror.Error{Message: first + strings.Repeat("\u20ac", 2_000)})
		if !utf8.ValidString(told.Message) || len(told.Message) > 2_000 || len(told.Message) < 1_990 {
			t.Errorf("%d bytes, which are text: %t", len(told.Message), utf8.ValidString(told.Message))
		}
	}
}
