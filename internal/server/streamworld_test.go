package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/apitest"
	"clientgraph/internal/auth"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
)

// plays is a schema whose operations take as long as a test wants.
const plays = `
	type Query { echo(text: String!): String wait: String panic: String big: String broken: String }
	type Mutation { write: String }
	type Subscription { count(to: Int!): Int forever(size: Int!): String }
`

// bigAnswer is more than a connection takes whose other side reads nothing.
const bigAnswer = 16 << 20

// playground is a server of that schema.
type playground struct {
	url    string
	server *server.Server
	log    *apitest.Buffer
	tokens *auth.Development
	// waiting counts the operations that wait, proceed lets them finish.
	waiting atomic.Int64
	proceed chan struct{}
	// streaming counts the subscriptions that run.
	streaming atomic.Int64
	// connections are those that the server has accepted.
	connections *accepted
}

func play(t *testing.T, change func(*server.Options)) *playground {
	t.Helper()
	p := &playground{log: &apitest.Buffer{}, proceed: make(chan struct{})}
	var err error
	if p.tokens, err = auth.NewDevelopment(bytes.Repeat([]byte{7}, 32), nil); err != nil {
		t.Fatal(err)
	}
	o := server.Options{
		Service:     service.New(nil, service.Secrets{}, nil, time.Now),
		Verifier:    p.tokens,
		Unavailable: func(error) bool { return false },
		Logger:      slog.New(slog.NewJSONHandler(p.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: plays})
	p.server = server.NewOf(o, &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return schema },
		ExecFunc:   p.exec,
	})
	served := httptest.NewUnstartedServer(p.server)
	p.connections = &accepted{Listener: served.Listener}
	served.Listener = p.connections
	served.Start()
	t.Cleanup(func() {
		served.CloseClientConnections()
		served.Close()
	})
	p.url = served.URL
	return p
}

// token is an owner's, good for that long.
func (p *playground) token(t *testing.T, ttl time.Duration) string {
	t.Helper()
	// Verifying allows for clocks that are off, so this one's is.
	early, err := auth.NewDevelopment(bytes.Repeat([]byte{7}, 32), func() time.Time { return time.Now().Add(-auth.DefaultLeeway) })
	if err != nil {
		t.Fatal(err)
	}
	token, err := early.Token(apitest.Owner(7), ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// exec answers the operation's only field: count with the numbers from 0,
// forever with a text of that size again and again, or once where the size is
// 0, big with a long text, broken with what is no JSON, wait when the test lets it, and the others with their names.
func (p *playground) exec(ctx context.Context) graphql.ResponseHandler {
	field := graphql.GetOperationContext(ctx).Operation.SelectionSet[0].(*ast.Field)
	number := func(name string) int {
		n, _ := strconv.Atoi(field.Arguments.ForName(name).Value.Raw)
		return n
	}
	answer := func(value string) *graphql.Response {
		return &graphql.Response{Data: []byte(`{"` + field.Name + `":"` + value + `"}`)}
	}
	switch field.Name {
	case "count":
		to := number("to")
		return p.stream(ctx, func(_ context.Context, n int) *graphql.Response {
			if n == to {
				return nil
			}
			return answer(strconv.Itoa(n))
		})
	case "forever":
		text := strings.Repeat("x", number("size"))
		return p.stream(ctx, func(ctx context.Context, n int) *graphql.Response {
			if text == "" && n > 0 {
				<-ctx.Done()
			}
			if ctx.Err() != nil {
				return nil
			}
			return answer(text)
		})
	case "wait":
		answered := false
		return func(ctx context.Context) *graphql.Response {
			if answered {
				return nil
			}
			answered = true
			p.waiting.Add(1)
			defer p.waiting.Add(-1)
			select {
			case <-p.proceed:
				return answer("done")
			case <-ctx.Done():
				return nil
			}
		}
	case "big":
		return graphql.OneShot(answer(strings.Repeat("x", bigAnswer)))
	case "broken":
		return graphql.OneShot(&graphql.Response{Data: []byte("{}"), Extensions: map[string]any{"no JSON": func() {}}})
	case "panic":
		panic("canary of a bug")
	}
	return graphql.OneShot(answer(field.Name))
}

func (p *playground) stream(ctx context.Context, event func(ctx context.Context, n int) *graphql.Response) graphql.ResponseHandler {
	p.streaming.Add(1)
	context.AfterFunc(ctx, func() { p.streaming.Add(-1) })
	n := -1
	return func(ctx context.Context) *graphql.Response {
		n++
		return event(ctx, n)
	}
}

// eventually waits until something is so that nothing tells of.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("still not so: %s", what)
		}
		runtime.Gosched()
	}
}
