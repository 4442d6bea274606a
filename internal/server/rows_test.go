package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clientgraph/internal/server"
)

// circle makes clients of whom the first may see all others, and each other one
// the first. It answers their ids.
func (s *site) circle(t *testing.T, size int) []string {
	t.Helper()
	ids := make([]string, size)
	for i := range ids {
		a := s.do(t, s.owner(t), fmt.Sprintf(`mutation { createClient(input: {firstName: "A", lastName: "B%d", emailAddress: "a@email.com"}) { client { clientId } } }`, i))
		ids[i], _ = dig(a.Data, "createClient", "client", "clientId").(string)
		if ids[i] == "" {
			t.Fatalf("no client was made: %s", a.body)
		}
	}
	viewers := func(of string, ids ...string) {
		t.Helper()
		a := s.do(t, s.owner(t), `mutation { addClientViewers(clientId: "`+of+`", viewerClientIds: ["`+strings.Join(ids, `", "`)+`"]) { userErrors { code } } }`)
		if !strings.Contains(a.body, `"userErrors":[]`) {
			t.Fatalf("no viewers were added: %s", a.body)
		}
	}
	viewers(ids[0], ids[1:]...)
	for _, id := range ids[1:] {
		viewers(id, ids[0])
	}
	return ids
}

func dig(value any, names ...string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// An operation pays for every row that it reads, at whatever depth, and is
// answered whole or not at all.
func TestOperationThatReadsTooManyRowsIsNotHalfAnswered(t *testing.T) {
	const bound = 14
	s := newSite(t, func(o *server.Options) { o.Limits.Rows = bound })
	ids := s.circle(t, 7)
	relations := func(depth int) string {
		return `{ client(clientId: "` + ids[0] + `") { clientId ` + strings.Repeat("viewClients { clientId ", depth) + strings.Repeat("}", depth) + "}}"
	}
	for query, rows := range map[string]int{
		"{ clients(pageSize: 14) { clientId } }":                                          7,
		"{ a: clients(pageSize: 14) { clientId } b: clients(pageSize: 14) { clientId } }": 14,
		relations(2): 8,
		relations(3): 14,
		`{ client(clientId: "` + ids[6] + `") { history(first: 1) { edges { cursor } } } clientCount }`: 5,
	} {
		if a := s.do(t, s.owner(t), query); len(a.Errors) > 0 {
			t.Errorf("%d rows: %s: %s", rows, query, a.body)
		}
	}
	for _, query := range []string{
		relations(4),
		"{ clients(pageSize: 14) { clientId viewClients { clientId viewClients { clientId } } } }",
		"{ clientCount a: clients { clientId } b: clients { clientId } c: clients { clientId } }",
		"{ clientReport { viewByClients { history(first: 1) { edges { cursor } } } } me { user } }",
	} {
		a := s.do(t, s.owner(t), query, "Accept", "application/graphql-response+json")
		if a.status != http.StatusOK || a.code() != "TOO_MANY_ROWS" || !strings.Contains(a.body, `"data":null`) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
			continue
		}
		told := a.Errors[0].Extensions
		if told["limit"] != float64(bound) || told["rows"].(float64) <= bound {
			t.Errorf("%s: the numbers are %v", query, told)
		}
	}
}

// That a mutation was done is told, whatever else was asked; and what it reads to
// write is not counted.
func TestMutationWhoseAnswerReadsTooManyRowsIsDoneAndTold(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Limits.Rows = 3 })
	ids := s.circle(t, 6)
	a := s.do(t, s.owner(t), `mutation { patchClient(clientId: "`+ids[0]+`", patch: {city: "Ulm"}) { client { version viewClients { clientId } viewByClients { clientId } } } }`)
	if len(a.Errors) == 0 || a.Errors[0].Code() != "TOO_MANY_ROWS" || dig(a.Data, "patchClient") == nil {
		t.Fatalf("the answer reads ten rows: %s", a.body)
	}
	a = s.do(t, s.owner(t), `{ client(clientId: "`+ids[0]+`") { city } }`)
	if dig(a.Data, "client", "city") != "Ulm" {
		t.Errorf("nothing was written: %s", a.body)
	}
}

// A query of one field whose read fails is not read again for its error.
func TestFailedReadOfAQueryOfOneFieldIsNotSentAgain(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Limits.Rows = 3 })
	s.circle(t, 4)
	for _, query := range []string{
		"{ clients { clientId } }", "{ clientConnection { nodes { clientId } } }",
		"{ clientReport { clientId } }", "{ clientReportWithCount { clients { clientId } } }",
	} {
		before := s.reads.count
		if a := s.do(t, s.owner(t), query); a.code() != "TOO_MANY_ROWS" || len(a.Errors) != 1 {
			t.Errorf("%s: %s", query, a.body)
		}
		if finds := s.reads.count - before; finds != 1 {
			t.Errorf("%s sent %d finds, want 1", query, finds)
		}
	}
}
