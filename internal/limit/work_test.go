package limit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/limit"
)

// cost is what an operation costs, with variables as JSON gives them.
func cost(t *testing.T, schema *ast.Schema, query string, variables map[string]any) int64 {
	t.Helper()
	document := parsed(t, query)
	points, err := limit.DefaultShape().Check(schema, document, document.Operations[0], variables)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return points
}

// Work that doesn't show in what is selected is priced wherever it is asked for.
func TestWorkIsPriced(t *testing.T) {
	schema := contract(t)
	const hash = 1000
	create := `mutation ($input: CreateClientInput!) { createClient(input: $input) { userErrors { code } } }`
	preview := `query ($h: String!) { previewImport(input: {match: NONE}, head: $h) { choices } }`
	many := `mutation ($inputs: [CreateClientInput!]!) { createClients(inputs: $inputs) { results { userErrors { code } } } }`
	withPassword, without := map[string]any{"password": "a password"}, map[string]any{"firstName": "Ada"}
	for _, c := range []struct {
		query           string
		variables, than map[string]any
		work            int64
		like            string
	}{
		{query: `{ clientCount }`, like: `{ __typename }`, work: 1000},
		{query: `{ a: clientCount b: clientCount }`, like: `{ __typename clientCount }`, work: 1000},
		{query: `{ clientReportCount }`, like: `{ __typename }`, work: 1000},
		{query: `{ clientConnection(first: 9) { totalCount } }`, like: `{ clientConnection(first: 9) { __typename } }`, work: 1000},
		{query: `{ clientReportWithCount { count } }`, like: `{ clientReportWithCount { __typename } }`, work: 1000},
		{query: `{ tagUsage(pageSize: 1) { tag } }`, like: `{ clientsByTag(tag: "a", pageSize: 1) { id } }`, work: 2000},
		{query: `{ filterClients(search: "a", first: 1) { clients { id } } }`, like: `{ clientConnection(first: 1) { nodes { id } } }`, work: 300},
		{query: `{ clientIdList(pageSize: 1, filter: {searchTerm: "a"}) }`, like: `{ clientIdList(pageSize: 1, filter: {}) }`, work: 1000},
		{query: `{ clientIdList(pageSize: 1, filter: {searchTerm: null}) }`, like: `{ clientIdList(pageSize: 1, filter: {}) }`, work: 0},
		{query: `query ($a: String = "a") { clientIdList(pageSize: 1, filter: {searchTerm: $a}) }`, like: `{ clientIdList(pageSize: 1) }`, work: 1000},
		{
			query: `{ clientIdList(pageSize: 1, filter: {fieldFilters: [{schedulerPreferenceFieldDefnId: 1, values: [1, 2]}, {schedulerPreferenceFieldDefnId: 2, values: []}]}) }`,
			like:  `{ clientIdList(pageSize: 1) }`, work: 40,
		},
		// A text costs by its length.
		{query: `{ previewImport(input: {match: NONE}, head: "") { choices } }`, like: `{ business { businessId } }`, work: 300},
		{query: preview, variables: map[string]any{"h": strings.Repeat("A", 321)}, like: preview, than: map[string]any{"h": ""}, work: 20},
		{query: preview, variables: map[string]any{"h": strings.Repeat("A", 87_384)}, like: preview, than: map[string]any{"h": "A"}, work: 2_730},
		{query: `{ previewImport(input: {match: NONE}, head: "` + strings.Repeat("A", 321) + `") { choices } }`, like: preview, than: map[string]any{"h": "A"}, work: 10},
		// Each pair of the clients is written: 1,225 of 50.
		{
			query: `mutation { dismissDuplicates(clientIds: [1, 2, 3]) { dismissed } }`,
			like:  `mutation { dismissDuplicates(clientIds: []) { dismissed } }`, work: 300,
		},
		{
			query: `mutation { undismissDuplicates(clientIds: [1, 2, 3]) { undismissed } }`,
			like:  `mutation { undismissDuplicates(clientIds: []) { undismissed } }`, work: 300,
		},
		// The database goes past all that is before a page.
		{query: `{ clients(pageNumber: 1, pageSize: 100) { id } }`, like: `{ clients(pageSize: 100) { id } }`, work: 0},
		{query: `{ clients(pageNumber: 21, pageSize: 100) { id } }`, like: `{ clients(pageSize: 100) { id } }`, work: 100},
		{query: `{ clients(pageNumber: 21) { id } }`, like: `{ clients { id } }`, work: 50},
		{query: `query ($p: Int! = 21) { clientIdList(pageNumber: $p, pageSize: 1000) }`, like: `{ clientIdList(pageSize: 1000) }`, work: 1000},
		{query: `query ($p: Int!) { clientIdList(pageNumber: $p, pageSize: 1000) }`, variables: map[string]any{"p": 3.0}, like: `{ clientIdList(pageSize: 1000) }`, work: 100},
		{query: create, variables: map[string]any{"input": withPassword}, like: create, than: map[string]any{"input": without}, work: hash},
		{query: create, variables: map[string]any{"input": map[string]any{"password": nil}}, like: create, than: map[string]any{"input": without}, work: 0},
		{
			query: `mutation { patchClient(clientId: 1, patch: {password: "a password"}) { userErrors { code } } }`,
			like:  `mutation { patchClient(clientId: 1, patch: {firstName: "Ada"}) { userErrors { code } } }`, work: hash,
		},
		{
			query: `mutation ($p: String) { updateClient(clientId: 1, input: {password: $p}) { userErrors { code } } }`, variables: map[string]any{"p": "a password"},
			like: `mutation { updateClient(clientId: 1, input: {firstName: "Ada"}) { userErrors { code } } }`, work: hash,
		},
		{
			query: many, variables: map[string]any{"inputs": []any{withPassword, withPassword, without}},
			like: many, than: map[string]any{"inputs": []any{without, without, without}}, work: 2 * hash,
		},
		// One entry may stand for a list of it.
		{query: many, variables: map[string]any{"inputs": withPassword}, like: many, than: map[string]any{"inputs": without}, work: hash},
		{
			query: many, variables: map[string]any{"inputs": []any{without, without}},
			like: many, than: map[string]any{"inputs": []any{without}}, work: 50 + 4,
		},
	} {
		if got := cost(t, schema, c.query, c.variables) - cost(t, schema, c.like, c.than); got != c.work {
			t.Errorf("%s with %v costs %d points more than %s with %v, want %d", c.query, c.variables, got, c.like, c.than, c.work)
		}
	}
}

// A page so far into a list that it would be a scan is refused, whatever its number.
func TestPagesTooFarAreTooCostly(t *testing.T) {
	schema := contract(t)
	for _, page := range []string{"2001", "1099511627776", "2147483647"} {
		document := parsed(t, `{ clients(pageNumber: `+page+`, pageSize: 500) { id } }`)
		_, err := limit.DefaultShape().Check(schema, document, document.Operations[0], nil)
		if err == nil || !strings.Contains(fmt.Sprint(err), string(limit.CodeTooCostly)) {
			t.Errorf("page %s is answered %v", page, err)
		}
	}
}

// A mutation costs more than a query that answers as much.
func TestWritingCostsMoreThanReading(t *testing.T) {
	schema := contract(t)
	read := cost(t, schema, `{ client(clientId: 1) { id } }`, nil)
	if write := cost(t, schema, `mutation { deleteClient(clientId: 1) { client { id } } }`, nil); write < read+50 {
		t.Errorf("a mutation costs %d points, a query %d", write, read)
	}
}

// What the schema has the server price, it tells callers in words as well.
func TestPricesAreToldInDescriptions(t *testing.T) {
	schema := contract(t)
	priced := 0
	check := func(what, description string, directives ast.DirectiveList) {
		t.Helper()
		directive := directives.ForName("work")
		if directive == nil {
			return
		}
		priced++
		points := directive.Arguments.ForName("points").Value.Raw
		if thousands := len(points) - 3; thousands > 0 {
			points = points[:thousands] + "," + points[thousands:]
		}
		if text := strings.Join(strings.Fields(description), " "); !strings.Contains(strings.ToLower(text), fmt.Sprintf("costs %s points", points)) {
			t.Errorf("%s costs %s points, which its description doesn't say: %s", what, points, text)
		}
	}
	for _, on := range schema.Types {
		for _, field := range on.Fields {
			check(on.Name+"."+field.Name, field.Description, field.Directives)
			for _, argument := range field.Arguments {
				check(on.Name+"."+field.Name+"("+argument.Name+")", argument.Description, argument.Directives)
			}
		}
	}
	if priced < 15 {
		t.Errorf("only %d prices are stated", priced)
	}
}
