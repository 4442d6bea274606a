// Package queries has the benchmark's queries: each as a GraphQL document with values of
// its one variable, and as the address of a hand-written handler.
package queries

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// Query is one query of the benchmark.
type Query struct {
	// Letter and Name stand for the query in tables and on the command line; the
	// hand-written handler is served below its Name.
	Letter, Name string
	// Title describes the query.
	Title string
	// Document is the query as GraphQL.
	Document string
	// Spellings is the number of equivalent documents that are requested in turn, so that
	// a server that caches fewer knows none of them; 0 for Document alone.
	Spellings int
	// Variable is the name of its one variable; empty if it has none.
	Variable string
	// Values are the variable's values, one for each request.
	Values []any
	// CursorPath leads to the cursor in an answer that is the variable's next value; nil
	// if Values are known before. Each server has cursors of its own.
	CursorPath []string
	// Pages is how many cursors are taken with CursorPath.
	Pages int
}

const twelve = `clientId fullName firstName lastName emailAddress cellPhone city status active tags createdDate version`

// All returns the queries. clientIDs are ids of some of the clients.
func All(clientIDs []int64) []Query {
	ids := make([]any, len(clientIDs))
	for i, id := range clientIDs {
		ids[i] = strconv.FormatInt(id, 10)
	}
	return []Query{
		{
			Letter: "a", Name: "client", Title: "one client by id, 12 fields", Variable: "id", Values: ids,
			Document: `query Client($id: ID!) { client(clientId: $id) { ` + twelve + ` } }`,
		},
		{
			Letter: "b", Name: "clients", Title: "a page of 50 clients, 12 fields, and viewClients with 6", Variable: "page", Values: pages(16),
			Document: `query Clients($page: Int!) { clients(pageNumber: $page) { ` + twelve + ` viewClients { clientId fullName emailAddress cellPhone status active } } }`,
		},
		{
			Letter: "c", Name: "report", Title: "a report with its count, 500 rows of 6 fields", Variable: "page", Values: pages(8),
			Document: `query Report($page: Int!) { clientReportWithCount(filter: {statusList: [ACTIVE]}, pageNumber: $page, pageSize: 500) { count clients { clientId fullName emailAddress cellPhone status createdDate } } }`,
		},
		{
			Letter: "d", Name: "levels", Title: "10 clients and three levels of viewClients below them", Variable: "page", Values: pages(16),
			Document: `query Levels($page: Int!) { clients(pageNumber: $page, pageSize: 10) { clientId fullName viewClients { clientId fullName viewClients { clientId fullName viewClients { clientId fullName emailAddress } } } } }`,
		},
		{
			Letter: "e", Name: "empty", Title: "an empty operation, { __typename }",
			Document: `{ __typename }`, Values: []any{nil},
		},
		{
			Letter: "g", Name: "connection", Title: "50 edges of a connection behind a cursor", Variable: "after", Values: []any{nil},
			CursorPath: []string{"data", "clientConnection", "pageInfo", "endCursor"}, Pages: 16,
			Document: `query Connection($after: String) { clientConnection(first: 50, after: $after) { edges { cursor node { id clientId fullName emailAddress cellPhone status } } pageInfo { hasNextPage endCursor } } }`,
		},
	}
}

func pages(n int) []any {
	numbers := make([]any, n)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

// Kind says how a server is requested.
type Kind string

// The kinds: GraphQL; the address of a handler; the address of a handler that copies
// documents.
const (
	GraphQL Kind = "graphql"
	Hand    Kind = "hand"
	Copy    Kind = "copy"
)

// Spelled returns the query with its i-th document.
func (q Query) Spelled(i int) Query {
	if q.Spellings > 0 {
		q.Document += fmt.Sprintf(" # %d", i)
	}
	return q
}

// Request returns an HTTP request for one value of the variable.
func (q Query) Request(kind Kind, host, token string, value any) ([]byte, error) {
	var b bytes.Buffer
	if kind != GraphQL {
		path := "/" + q.Name
		if kind == Copy {
			path = "/copy" + path
		}
		if q.Variable != "" && value != nil {
			path += "?" + q.Variable + "=" + url.QueryEscape(fmt.Sprint(value))
		}
		fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\n\r\n", path, host, token)
		return b.Bytes(), nil
	}
	asked := map[string]any{"query": q.Document}
	if q.Variable != "" {
		asked["variables"] = map[string]any{q.Variable: value}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, fmt.Errorf("write the body of %s: %w", q.Name, err)
	}
	fmt.Fprintf(&b, "POST /graphql HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", host, token, len(body))
	b.Write(body)
	return b.Bytes(), nil
}

// Normalise decodes an answer for comparing it with another server's: of cursors only the
// presence is compared.
func (q Query) Normalise(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var answer map[string]any
	if err := decoder.Decode(&answer); err != nil {
		return nil, fmt.Errorf("the answer to %s is no JSON object: %w", q.Name, err)
	}
	if answer["errors"] != nil || answer["data"] == nil {
		return nil, fmt.Errorf("the answer to %s has errors: %.500s", q.Name, body)
	}
	maskCursors(answer["data"])
	return answer["data"], nil
}

func maskCursors(value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			if text, isText := field.(string); isText && text != "" && slices.Contains([]string{"cursor", "endCursor"}, name) {
				v[name] = "a cursor"
				continue
			}
			maskCursors(field)
		}
	case []any:
		for _, entry := range v {
			maskCursors(entry)
		}
	}
}

// Cursor returns the variable's next value from an answer; nil if there is none.
func (q Query) Cursor(body []byte) (any, error) {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, fmt.Errorf("the answer to %s is no JSON: %w", q.Name, err)
	}
	for _, name := range q.CursorPath {
		object, isObject := value.(map[string]any)
		if !isObject {
			return nil, fmt.Errorf("the answer to %s has no %s", q.Name, name)
		}
		value = object[name]
	}
	return value, nil
}
