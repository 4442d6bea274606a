package server_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"clientgraph/internal/server"
	"clientgraph/internal/web"
)

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	s := newSite(t, nil)
	for _, request := range []struct{ method, path string }{
		{http.MethodGet, "/healthz"},
		{http.MethodGet, "/readyz"},
		{http.MethodGet, "/nothing"},
		{http.MethodPut, "/healthz"},
		{http.MethodGet, "/graphql"},
		{http.MethodPost, "/graphql"},
		{http.MethodOptions, "/graphql"},
	} {
		a := s.send(t, request.method, request.path, "")
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "",
			"Set-Cookie":                   "",
			"Server":                       "",
			"X-Powered-By":                 "",
			"Access-Control-Allow-Origin":  "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", request.method, request.path, name, got, want)
			}
		}
	}
}

func TestHostBehindTLSIsToBeReachedByHTTPSOnly(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.HSTS = true })
	for _, path := range []string{"/healthz", "/graphql", "/nothing"} {
		if got := s.send(t, http.MethodGet, path, "").header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

func TestPlaygroundRunsNothingButItsOwnScripts(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Playground = web.Handler(web.Options{Endpoint: "/graphql"}) })
	policy := s.send(t, http.MethodGet, "/", "").header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy has no %q: %s", part, policy)
		}
	}
	_, scripts, _ := strings.Cut(policy, "script-src")
	scripts, _, _ = strings.Cut(scripts, ";")
	if strings.Contains(scripts, "unsafe") || strings.Contains(scripts, "*") {
		t.Errorf("the policy lets anything run: %s", scripts)
	}
	if a := newSite(t, nil).send(t, http.MethodGet, "/", ""); a.status != http.StatusNotFound {
		t.Errorf("without a playground / is %d", a.status)
	}
}

func TestNoNameOfTheSchemaIsSuggestedToThoseWhoMayNotReadIt(t *testing.T) {
	closed, open := newSite(t, nil), newSite(t, func(o *server.Options) { o.Introspection = true })
	for _, query := range []string{
		`{ clientCoun }`,
		`{ client(clientId: "1") { firstNam } }`,
		`{ client(clientI: "1") { id } }`,
		`{ clients(orderField: FULL_NAM) { id } }`,
		`{ node(id: "1") { ... on Clien { id } } }`,
		`query ($f: ClientReportFilte) { clientReportCount(filter: $f) }`,
		`{ clientReportCount(filter: {statusLis: []}) }`,
		`mutation { createClient(input: {firstNam: "x"}) { userErrors {code}}}`,
		`{ clientCount @skp(if: true) }`,
		`{ clientCount @skip(i: true) }`,
	} {
		a := closed.do(t, closed.owner(t), query)
		if len(a.Errors) == 0 || strings.Contains(a.body, "Did you mean") {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	if a := open.do(t, open.owner(t), `{ client(clientI: "1") { id } }`); !strings.Contains(a.body, "Did you mean") {
		t.Errorf("in development nothing is suggested: %s", a.body)
	}
}

// Caches are told what else an answer depends on where they may keep it, and there alone;
// how long it is they are told always.
func TestAnswersTellTheirLengthAndWhatTheyVaryBy(t *testing.T) {
	s := newSite(t, nil)
	bearer := []string{"Authorization", "Bearer " + s.owner(t), "Accept-Encoding", "identity"}
	for _, query := range []string{"{ __typename }", longNamed(70), longNamed(200)} {
		for method, vary := range map[string]string{http.MethodGet: "Accept, Accept-Encoding", http.MethodPost: ""} {
			path, body, headers := "/graphql", `{"query": "`+query+`"}`, append([]string{"Content-Type", "application/json"}, bearer...)
			if method == http.MethodGet {
				path, body, headers = path+"?query="+url.QueryEscape(query), "", bearer
			}
			a := s.send(t, method, path, body, headers...)
			if a.status != http.StatusOK || a.header.Get("Content-Length") != strconv.Itoa(len(a.body)) || a.header.Get("Vary") != vary {
				t.Errorf("%s of %d bytes: %d, %v", method, len(a.body), a.status, a.header)
			}
		}
	}
}

// longNamed is a query of sixteen fields with names of that length.
func longNamed(length int) string {
	fields := []string{}
	for i := range 16 {
		fields = append(fields, strings.Repeat("a", length-2)+strconv.Itoa(10+i)+": __typename")
	}
	return "{ " + strings.Join(fields, " ") + " }"
}
