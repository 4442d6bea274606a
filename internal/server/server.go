// Package server is the HTTP edge: GraphQL over HTTP, the callers' tokens,
// health, and the places of the playground and the console. What an operation means is graph's.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"time"

	gqlgen "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/graph"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

const (
	// readyTimeout bounds how long readiness waits for the database.
	readyTimeout = 2 * time.Second
)

// Verifier turns a token into who its bearer is.
type Verifier interface {
	// Recall says it of a token that was verified before and is as good as it was
	// then, for the price of a digest.
	Recall(token string) (client.Identity, bool)
	// Verify says it of any token, or refuses it with an error of code
	// UNAUTHENTICATED.
	Verify(token string) (client.Identity, error)
}

// Options are what a server needs.
type Options struct {
	Service  *service.Service
	Verifier Verifier
	// Ready says whether the database can be read and written.
	Ready func(context.Context) error
	// Unavailable says whether a failure is of a database that can't be reached
	// for the moment: callers are told to try again.
	Unavailable func(error) bool
	// Playground serves / and what the page needs; nil for none.
	Playground http.Handler
	// Console serves /console and what is below; nil for none.
	Console http.Handler
	// Introspection lets callers read the schema.
	Introspection bool
	// NoPlan has every operation answered by resolvers, field by field.
	NoPlan bool
	// Federation makes the API a subgraph for routers of Apollo Federation, which
	// tells its schema to everybody with a token.
	Federation bool
	// CORSOrigins are the origins whose pages may call the API; "*" is every one.
	CORSOrigins []string
	// LoopbackOrigins lets pages of this machine call too, for development.
	LoopbackOrigins bool
	// SchemaFile serves the schema as a file at /schema.graphql, to anybody.
	SchemaFile bool
	// TrustedProxies are the addresses of proxies, whose X-Forwarded-For says whom a
	// request comes from.
	TrustedProxies []netip.Prefix
	// HSTS says to every caller that this host is to be reached by https only.
	HSTS bool
	// Limits bounds requests, Streams sockets and event streams.
	Limits  Limits
	Streams StreamLimits
	// Exempt says of which addresses there may be any number of sockets, event
	// streams and subscriptions; nil for none.
	Exempt func(netip.Addr) bool
	// Trusted are the documents that were published with front ends; with
	// TrustedOnly no others are executed.
	Trusted     TrustedDocuments
	TrustedOnly bool
	// NotPersisted keeps callers from having documents kept by their hash.
	NotPersisted bool
	// Telemetry counts and traces what is done; nil for nobody.
	Telemetry *telemetry.Telemetry
	Logger    *slog.Logger
}

// Server is the handler of all paths.
type Server struct {
	http.Handler
	streams *streams
}

// Stop ends sockets and event streams: subscriptions at once, other operations
// when they are done, or when ctx ends. No stream begins afterwards. An
// http.Server knows nothing of sockets, and waits for event streams, so it is
// shut down at the same time.
func (s *Server) Stop(ctx context.Context) { s.streams.stop(ctx) }

// New returns the handler of all paths: /graphql, the files of jobs, /healthz, /readyz and, where
// asked for, /schema.graphql, the playground at / and the console at /console.
func New(o Options) *Server {
	schema := graph.NewSchema
	if o.Federation {
		schema = graph.NewSubgraph
	}
	return newServer(o, schema(o.Service))
}

func newServer(o Options, schema gqlgen.ExecutableSchema) *Server {
	exec, limits := newEngine(schema, o), o.Limits.withDefaults()
	mux, origins := http.NewServeMux(), newCORS(o)
	api := &graphqlHandler{
		executor: exec,
		schema:   schema.Schema(),
		limits:   limits,
		slots:    limit.NewSlots(limits.Running, limits.Waiting, limits.WaitTime),
		// Verifying is work for a core, and nothing else.
		verifying:     make(chan struct{}, 2*runtime.GOMAXPROCS(0)),
		unwritten:     limit.NewShares(limits.Unwritten, limits.Unwritten/8),
		introspection: o.Introspection,
		documents:     newShares[*parsed](documentBytes),
		planned:       !o.NoPlan,
		suggests:      o.Introspection,
		persisted:     newPersisted(o),
		compressor:    newCompressor(),
		headers:       newAnswerHeaders(),
		points:        newPoints(limits.Points),
		service:       o.Service,
		verifier:      o.Verifier,
		unavailable:   o.Unavailable,
		logger:        o.Logger,
		telemetry:     o.Telemetry,
		streams:       newStreams(o.Streams, o.Exempt),
		subscriptions: newCrowds(o.Streams.withDefaults().subscriptions(), o.Exempt),

		allowsOrigin: origins.mayConnect,
	}
	api.show()
	mux.Handle("/graphql", origins.guard(api))
	api.serveJobs(mux, origins)
	if o.SchemaFile {
		mux.Handle("GET /schema.graphql", origins.guard(newSchemaFile(schema.Schema())))
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeText(w, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { answerReady(w, r, o) })
	if o.Playground != nil {
		mux.Handle("/", o.Playground)
	}
	if o.Console != nil {
		mux.Handle("/console", o.Console)
		mux.Handle("/console/", o.Console)
	}
	pace := api.streams.limits
	pace.WriteTimeout = min(pace.WriteTimeout, limits.WriteTime)
	return &Server{steadily(pace, limits.BodyTime, o.TrustedProxies, withSecurityHeaders(o.HSTS, mux)), api.streams}
}

// answerReady answers whether the database can serve now.
func answerReady(w http.ResponseWriter, r *http.Request, o Options) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := o.Ready(ctx); err != nil {
		reason := "the database is not ready"
		if ctx.Err() != nil {
			reason = fmt.Sprintf("the database does not answer within %s", readyTimeout)
		}
		o.Logger.WarnContext(ctx, "not ready", "reason", reason, "error", err)
		writeText(w, http.StatusServiceUnavailable, reason)
		return
	}
	writeText(w, http.StatusOK, "ready")
}

// newPoints is the budget of each principal: a minute's points at once, and as
// many again in a minute.
func newPoints(points int64) *limit.Rate {
	if points == 0 {
		return nil
	}
	return limit.NewRate(limit.Budget{Burst: int(points), Every: time.Minute / time.Duration(points)}, time.Now)
}

// withoutNames keeps names of the schema from those who may not read it, and tells
// nobody what was sent: of a document that is not valid it says which rule of
// GraphQL it breaks, and where.
func withoutNames(present gqlgen.ErrorPresenterFunc) gqlgen.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		presented := present(ctx, err)
		if presented.Rule != "" {
			presented.Message = "the document breaks the rule " + presented.Rule + " of GraphQL; locations says where"
		}
		return presented
	}
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	// A client that is gone can't be told.
	_, _ = w.Write([]byte(text + "\n"))
}
