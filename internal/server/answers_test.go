package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"clientgraph/internal/server"
	"clientgraph/internal/testdb"
)

const (
	mediaJSON     = "application/json; charset=utf-8"
	mediaResponse = "application/graphql-response+json; charset=utf-8"
)

// To callers of the older media type every well-formed answer is 200.
func TestMediaTypeIsTheOneThatTheCallerAccepts(t *testing.T) {
	s := newSite(t, nil)
	token := s.owner(t)
	for _, c := range []struct {
		accept, media string
		invalid       int
	}{
		{"", mediaJSON, http.StatusOK},
		{"*/*", mediaJSON, http.StatusOK},
		{"application/json", mediaJSON, http.StatusOK},
		{"application/graphql-response+json", mediaResponse, http.StatusBadRequest},
		{"application/graphql-response+json, application/json;q=0.9", mediaResponse, http.StatusBadRequest},
		{"application/json;q=0.9, application/graphql-response+json; charset=utf-8", mediaResponse, http.StatusBadRequest},
	} {
		valid := s.do(t, token, "{ clientCount }", "Accept", c.accept)
		if valid.status != http.StatusOK || valid.header.Get("Content-Type") != c.media {
			t.Errorf("%q: status %d, %s", c.accept, valid.status, valid.header.Get("Content-Type"))
		}
		for _, query := range []string{"{", "{ nothing }"} {
			invalid := s.do(t, token, query, "Accept", c.accept)
			if invalid.status != c.invalid || invalid.header.Get("Content-Type") != c.media || len(invalid.Errors) == 0 || invalid.Data != nil {
				t.Errorf("%q: %s: status %d, %s: %s", c.accept, query, invalid.status, invalid.header.Get("Content-Type"), invalid.body)
			}
		}
		refused := s.do(t, "nonsense", "{ clientCount }", "Accept", c.accept)
		if refused.status != http.StatusUnauthorized || refused.header.Get("Content-Type") != c.media {
			t.Errorf("%q: a stranger gets status %d, %s", c.accept, refused.status, refused.header.Get("Content-Type"))
		}
	}
}

func TestServerIsReadyWhenItsDatabaseIs(t *testing.T) {
	s := newSite(t, nil)
	want := func(status int, text string) {
		t.Helper()
		if a := s.send(t, http.MethodGet, "/readyz", ""); a.status != status || a.body != text {
			t.Errorf("readyz: %d %q, want %d %q", a.status, a.body, status, text)
		}
		if a := s.send(t, http.MethodGet, "/healthz", ""); a.status != http.StatusOK || a.body != "ok\n" {
			t.Errorf("healthz: %d %q", a.status, a.body)
		}
	}
	const notReady = "the database is not ready\n"
	want(http.StatusOK, "ready\n")
	if err := s.mongo.Collection("clients").Indexes().DropOne(t.Context(), "byName"); err != nil {
		t.Fatal(err)
	}
	want(http.StatusServiceUnavailable, notReady)
	if lines := s.logged(t, "not ready"); len(lines) != 1 || !strings.Contains(lines[0]["error"].(string), "byName") {
		t.Errorf("it logs %v", lines)
	}
	if err := s.store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(http.StatusOK, "ready\n")
	s.lose()
	want(http.StatusServiceUnavailable, notReady)
}

func TestReadinessWaitsNoLongerThanItsTime(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Ready = func(ctx context.Context) error {
			if _, bounded := ctx.Deadline(); !bounded {
				return nil
			}
			return errors.New("as it should be")
		}
	})
	if a := s.send(t, http.MethodGet, "/readyz", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("the question has no deadline: %d %s", a.status, a.body)
	}
}

func TestSchemaIsReadableOnlyWhereThatWasAskedFor(t *testing.T) {
	closed, open := newSite(t, nil), newSite(t, func(o *server.Options) { o.Introspection = true })
	for _, query := range []string{"{ __schema { types { name } } }", `{ __type(name: "Client") { name } }`} {
		if a := open.do(t, open.owner(t), query); len(a.Errors) > 0 {
			t.Errorf("open: %s: %s", query, a.body)
		}
		a := closed.do(t, closed.owner(t), query)
		if len(a.Errors) == 0 || strings.Contains(a.body, `"name"`) {
			t.Errorf("closed: %s: %s", query, a.body)
		}
	}
	if a := closed.do(t, closed.owner(t), "{ __typename }"); a.Data["__typename"] != "Query" {
		t.Errorf("__typename is no introspection: %s", a.body)
	}
	// A suggestion tells names of the schema one by one.
	const typo = "{ clientCoun }"
	if a := open.do(t, open.owner(t), typo); !strings.Contains(a.body, "Did you mean") {
		t.Errorf("open: %s", a.body)
	}
	if a := closed.do(t, closed.owner(t), typo); strings.Contains(a.body, "clientCount") {
		t.Errorf("closed: %s", a.body)
	}
}

func TestServerLeavesNothingRunning(t *testing.T) {
	// An engine of its own: the connection that the other tests share begins
	// and ends things when it likes, this listener for each answer among them.
	engine := testdb.Engine(t, t.TempDir())
	const listener = "go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology.(*contextDoneListener).Listen"
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction(listener))
	s := newSiteOn(t, testdb.DB{URI: engine.URI, Name: "leaks"}, nil)
	defer http.DefaultClient.CloseIdleConnections()
	defer s.stop()
	token := s.owner(t)
	s.do(t, token, createJane)
	s.do(t, token, "{ clients { fullName viewClients { fullName } } clientCount }")
	s.do(t, "nonsense", "{ clientCount }")
	s.send(t, http.MethodGet, "/readyz", "")
}
