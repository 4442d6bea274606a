package app_test

import (
	"net/http"
	"strings"
	"testing"
)

// send posts a body as an owner.
func (s *serving) send(t *testing.T, token, body string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	a, err := read(response)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// wantRefused checks the one error of an answer without data.
func (a answer) wantRefused(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.Data != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != code {
		t.Errorf("want %s, got %d %s", code, a.status, a.body)
	}
}

// TestFlagsAndVariablesMoveTheLimits starts the program with small limits and
// exceeds each.
func TestFlagsAndVariablesMoveTheLimits(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	cmd := command(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--sample", "--max-cost", "40", "--no-persisted-queries")
	cmd.Env = append(cmd.Env, "CLIENTGRAPH_MAX_BODY=500", "CLIENTGRAPH_POINTS_PER_MINUTE=60")
	s := serveCommand(t, dir, cmd)
	owner := s.owner(t)
	a := s.send(t, owner, `{"query": "{ clients(pageSize: 40) { fullName } }"}`)
	a.wantRefused(t, http.StatusOK, "QUERY_TOO_COSTLY")
	if a.Errors[0].Extensions["limit"] != 40.0 || a.Errors[0].Extensions["cost"] != 41.0 {
		t.Errorf("the numbers are not told: %s", a.body)
	}
	s.send(t, owner, `{"query": "{ clientCount }", "variables": {"x": "`+strings.Repeat("x", 500)+`"}}`).wantRefused(t, http.StatusRequestEntityTooLarge, "BODY_TOO_LARGE")
	hash := `"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + strings.Repeat("0a", 32) + `"}}`
	s.send(t, owner, `{`+hash+`}`).wantRefused(t, http.StatusOK, "PERSISTED_QUERY_NOT_SUPPORTED")
	// The minute's points are for each user.
	s.do(t, owner, "{ clients(pageSize: 39) { fullName } }")
	a = s.send(t, owner, `{"query": "{ clients(pageSize: 39) { fullName } }"}`)
	a.wantRefused(t, http.StatusTooManyRequests, "RATE_LIMITED")
	if a.header.Get("Retry-After") == "" {
		t.Errorf("it is not told when to come again: %v", a.header)
	}
	s.do(t, s.token(t, "--role", "OWNER", "--user", "another"), "{ me { user } }")
}

// TestServerOfTrustedDocumentsExecutesNoOther starts the program as it serves
// front ends whose documents were published.
func TestServerOfTrustedDocumentsExecutesNoOther(t *testing.T) {
	t.Parallel()
	// The hash of { clientCount }, as a publisher writes it.
	const hash = "2a97fe74f5b6ffadc363cde3bfd012e6d43f6a111966386095e36cca235acfe6"
	file := written(t, "documents.json", []byte(`{"`+hash+`": "{ clientCount }", "who": "{ me { role } }"}`))
	s := serve(t, dataDir(t), "--operations", "trusted", "--trusted-documents", file)
	owner := s.owner(t)
	for body, field := range map[string]string{
		`{"documentId": "` + hash + `"}`:        "clientCount",
		`{"documentId": "sha256:` + hash + `"}`: "clientCount",
		`{"documentId": "who"}`:                 "me",
		`{"query": "{ me { role } }"}`:          "me",
		`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "` + hash + `"}}}`: "clientCount",
	} {
		if a := s.send(t, owner, body); len(a.Errors) > 0 || a.Data[field] == nil {
			t.Errorf("%s is answered %s", body, a.body)
		}
	}
	for _, body := range []string{
		`{"documentId": "whom"}`,
		`{"query": "{ me { user } }"}`,
		`{"query": "{ __typename }"}`,
		`{"query": "{ clientCount  }", "documentId": "` + hash + `"}`,
	} {
		s.send(t, owner, body).wantRefused(t, http.StatusOK, "OPERATION_NOT_TRUSTED")
	}
}
