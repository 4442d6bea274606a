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

// ByResolvers serves the same API at another address, with every operation answered by
// resolvers, field by field.
func (a *API) ByResolvers(t testing.TB) *API {
	t.Helper()
	other := *a
	other.URL = a.serve(t, true)
	return &other
}

// serve starts serving the API, and returns its address.
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
		// Tests write values of every size into documents, and read everything about a
		// few clients. They also send more requests at once than one caller may, and must
		// get answers on a busy machine.
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
