// Package server is the HTTP edge: GraphQL over HTTP, WebSockets and server-sent events,
// authentication, files of jobs, health, and the routes of the playground and the
// console. Package graph executes the operations.
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

// Verifier finds the identity of a token's bearer.
type Verifier interface {
	// Recall returns the identity of a token that was verified before and is still valid,
	// at the price of a digest.
	Recall(token string) (client.Identity, bool)
	// Verify verifies any token. An error has the code UNAUTHENTICATED.
	Verify(token string) (client.Identity, error)
}

// Options configure a server.
type Options struct {
	Service  *service.Service
	Verifier Verifier
	// Ready says whether the database can be read and written.
	Ready func(context.Context) error
	// Unavailable says whether an error means that the database can't be reached for the
	// moment. Callers are told to try again.
	Unavailable func(error) bool
	// Playground serves / and the files of its page; nil for none.
	Playground http.Handler
	// Console serves /console and the paths below it; nil for none.
	Console http.Handler
	// Introspection allows callers to read the schema.
	Introspection bool
	// NoPlan lets resolvers answer every operation, field by field.
	NoPlan bool
	// Federation makes the API a subgraph for routers of Apollo Federation. Everybody
	// with a token can read its schema then.
	Federation bool
	// CORSOrigins are the origins whose pages may call the API; "*" allows all.
	CORSOrigins []string
	// LoopbackOrigins also allows pages of this machine, for development.
	LoopbackOrigins bool
	// SchemaFile serves the schema at /schema.graphql without a token.
	SchemaFile bool
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// HSTS tells browsers to use only https for this host.
	HSTS bool
	// Limits bounds requests, Streams sockets and event streams.
	Limits  Limits
	Streams StreamLimits
	// Exempt says which addresses may have any number of sockets, event streams and
	// subscriptions; nil for none.
	Exempt func(netip.Addr) bool
	// Trusted are the documents that were published with front ends. With TrustedOnly no
	// others are executed.
	Trusted     TrustedDocuments
	TrustedOnly bool
	// NotPersisted stops callers from registering documents by their hash.
	NotPersisted bool
	// Telemetry counts and traces operations; nil for none.
	Telemetry *telemetry.Telemetry
	Logger    *slog.Logger
}

// Server is the handler of all paths.
type Server struct {
	http.Handler
	streams *streams
}

// Stop ends sockets and event streams: subscriptions at once, other operations when they
// are done, or when ctx ends. No stream begins afterwards. Shut the http.Server down at
// the same time: it ignores sockets, and waits for event streams.
func (s *Server) Stop(ctx context.Context) { s.streams.stop(ctx) }

// New returns the handler of all paths: /graphql, the files of jobs, /healthz, /readyz
// and, if configured, /schema.graphql, the playground at / and the console at /console.
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
		// Verifying a token only uses the CPU, so more at once would not be faster.
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

// answerReady answers whether the server can serve requests now.
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

// newPoints returns the budgets of all principals: each has the points of a minute, which
// refill within a minute.
func newPoints(points int64) *limit.Rate {
	if points == 0 {
		return nil
	}
	return limit.NewRate(limit.Budget{Burst: int(points), Every: time.Minute / time.Duration(points)}, time.Now)
}

// withoutNames hides names of the schema from callers who may not read it, and does not
// echo what was sent. An invalid document's errors have only the rule of GraphQL that is
// broken, and the location.
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
	// An error is ignored: the caller is gone.
	_, _ = w.Write([]byte(text + "\n"))
}
