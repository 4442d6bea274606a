package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const createJane = `mutation { createClient(input: {firstName: "Jane", lastName: "Deer", emailAddress: "jane@email.com"}) { client { clientId } userErrors { code } } }`

func TestCallersRequestIDIsAnsweredWhenItIsHarmless(t *testing.T) {
	s := newSite(t, nil)
	token := s.owner(t)
	for _, id := range []string{"a", "trace-1.2_3", strings.Repeat("x", 64)} {
		if got := s.do(t, token, "{ __typename }", "X-Request-Id", id).header.Get("X-Request-Id"); got != id {
			t.Errorf("%q was replaced by %q", id, got)
		}
	}
	made := regexp.MustCompile(`^[A-Z2-7]{26}$`)
	for _, id := range []string{"", " ", "a b", "a\tb", "é", `"`, "<b>", "a,b", "${x}", strings.Repeat("x", 65)} {
		if got := s.do(t, token, "{ __typename }", "X-Request-Id", id).header.Get("X-Request-Id"); !made.MatchString(got) {
			t.Errorf("%q was answered with %q", id, got)
		}
	}
}

func TestEveryRequestIsAnsweredWithAnIDOfItsOwn(t *testing.T) {
	s := newSite(t, nil)
	seen := map[string]bool{}
	for _, request := range []struct{ method, path string }{
		{http.MethodGet, "/healthz"},
		{http.MethodGet, "/readyz"},
		{http.MethodGet, "/nothing"},
		{http.MethodPut, "/healthz"},
		{http.MethodGet, "/graphql"},
		{http.MethodPost, "/graphql"},
	} {
		id := s.send(t, request.method, request.path, "").header.Get("X-Request-Id")
		if id == "" || seen[id] {
			t.Errorf("%s %s has the request id %q", request.method, request.path, id)
		}
		seen[id] = true
	}
}

func TestRequestIDIsStampedOnHistory(t *testing.T) {
	s := newSite(t, nil)
	given := s.do(t, s.owner(t), createJane, "X-Request-Id", "trace-1")
	made := s.do(t, s.owner(t), createJane, "X-Request-Id", "no good")
	for _, a := range []answer{given, made} {
		if a.status != http.StatusOK || len(a.Errors) > 0 || !strings.Contains(a.body, `"userErrors":[]`) {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		n, err := s.mongo.Collection("clientHistory").CountDocuments(t.Context(),
			bson.D{{Key: "requestId", Value: a.header.Get("X-Request-Id")}})
		if err != nil || n != 1 {
			t.Errorf("%d history rows of %s, %v", n, a.header.Get("X-Request-Id"), err)
		}
	}
}
