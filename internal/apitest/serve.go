package apitest

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"clientgraph/internal/limit"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/server"
	"clientgraph/internal/telemetry"
)

// ByResolvers is the same API at another address, where every operation is answered by
// resolvers, field by field.
func (a *API) ByResolvers(t testing.TB) *API {
	t.Helper()
	other := *a
	other.URL = a.serve(t, true)
	return &other
}

// serve begins to serve the API, and returns its address.
func (a *API) serve(t testing.TB, noPlan bool) string {
	t.Helper()
	served := httptest.NewServer(server.New(server.Options{
		Service:       a.Service,
		Verifier:      a.tokens,
		Ready:         a.Store.Ready,
		Unavailable:   transact.Unavailable,
		Introspection: true,
		Federation:    a.federation,
		NoPlan:        noPlan,
		// Tests write values of every size into documents, and ask a handful of
		// clients for all there is.
		// Tests of right answers have more under way than one caller may, and get them
		// however busy the machine is.
		Limits: server.Limits{
			Shape:   limit.Shape{Bytes: 1 << 20, Tokens: 100_000, Cost: 10_000_000},
			Running: 16, Waiting: 10_000, WaitTime: time.Minute, QueryTime: time.Minute, MutationTime: time.Minute,
		},
		Telemetry: a.watched,
		Logger:    telemetry.NewLogger(a.Log, false, slog.LevelInfo),
	}))
	t.Cleanup(served.Close)
	return served.URL
}
