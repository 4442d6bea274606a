package limit_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"clientgraph/internal/limit"
)

// A price that is remembered is what the operation costs with the variables that it is
// asked with.
func TestRememberedPricesAreThoseMeasured(t *testing.T) {
	schema, shape := contract(t), limit.DefaultShape()
	number := func(text string) map[string]any { return map[string]any{"n": json.Number(text)} }
	ids := func(n int) map[string]any { return map[string]any{"ids": make([]any, n)} }
	filter := func(fields map[string]any) map[string]any { return map[string]any{"f": fields} }
	for query, asked := range map[string][]map[string]any{
		`{ clients(pageSize: 3) { id viewClients(first: 2) { id } } }`:       {nil, {"unused": json.Number("5")}},
		`query ($n: Int! = 7) { clients(pageSize: $n) { id } }`:              {nil, number("10"), number("100"), number("10"), nil},
		`query ($n: Int!) { clients(pageNumber: $n, pageSize: 100) { id } }`: {number("1"), number("30"), number("31"), number("1")},
		`query ($n: Int! $m: Int!) { a: clients(pageSize: $n) { id } clientConnection(first: $m) { nodes { id } } }`: {
			{"n": json.Number("1"), "m": json.Number("23")}, {"n": json.Number("12"), "m": json.Number("3")},
		},
		`query ($n: Int) { clientConnection(first: $n) { nodes { id } } }`:                       {nil, {"n": nil}, number("3"), nil},
		`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`:                                       {ids(1), ids(40), ids(1)},
		`query ($f: ClientReportFilter) { clientIdList(pageSize: 1, filter: $f) }`:               {filter(nil), filter(map[string]any{"searchTerm": "a"}), nil},
		`mutation ($p: String) { updateClient(clientId: 1, input: {password: $p}) { success } }`: {{"p": "a password"}, {"p": nil}, nil},
	} {
		document := parsed(t, query)
		var prices limit.Prices
		for _, again := range []string{"measured", "remembered"} {
			for _, variables := range asked {
				want, wantErr := shape.Check(schema, document, document.Operations[0], variables)
				got, err := prices.Check(shape, schema, document, document.Operations[0], variables)
				if got != want || (err == nil) != (wantErr == nil) {
					t.Errorf("%s with %v, %s, costs %d, %v; want %d, %v", query, variables, again, got, err, want, wantErr)
				}
			}
		}
	}
}

// Operations that are too costly are refused each time they are asked, however often
// they were before, and so are those of which another one was cheap.
func TestRememberedPricesLetNothingCostlyPass(t *testing.T) {
	schema, shape := contract(t), limit.DefaultShape()
	document := parsed(t, `query cheap($n: Int!) { clients(pageSize: $n) { id } } query costly($n: Int!) { clients(pageNumber: $n, pageSize: 500) { id } }`)
	var prices limit.Prices
	variables := map[string]any{"n": json.Number("9000")}
	for range 3 {
		if _, err := prices.Check(shape, schema, document, document.Operations[0], variables); err != nil {
			t.Errorf("the cheap operation is refused: %v", err)
		}
		if _, err := prices.Check(shape, schema, document, document.Operations[1], variables); err == nil {
			t.Error("the costly operation is let pass")
		}
	}
	// More prices than are kept push others out, and change none.
	for page := range 100 {
		variables := map[string]any{"n": json.Number(strconv.Itoa(page))}
		want, _ := shape.Check(schema, document, document.Operations[0], variables)
		if got, _ := prices.Check(shape, schema, document, document.Operations[0], variables); got != want {
			t.Errorf("with %v it costs %d, want %d", variables, got, want)
		}
	}
}

// An event that tells of one entry costs what a list of one entry does, however many the
// list has.
func TestEventOfOneEntryCostsAListOfOne(t *testing.T) {
	schema, shape := contract(t), limit.DefaultShape()
	number := func(text string) map[string]any { return map[string]any{"n": json.Number(text)} }
	for _, c := range []struct {
		query      string
		asked, one map[string]any
	}{
		{`subscription ($n: Int!) { clientListChanged(first: $n) { cursor client { id viewClients { id } } clients { id viewClients { id } } } }`, number("200"), number("1")},
		{`subscription ($n: [ID!]) { clientChanged(clientIds: $n) { cursor client { id viewClients { id } } } }`, map[string]any{"n": make([]any, 900)}, map[string]any{"n": make([]any, 1)}},
	} {
		document := parsed(t, c.query)
		want, err := shape.Check(schema, document, document.Operations[0], c.one)
		if err != nil {
			t.Fatal(err)
		}
		if got := shape.EventCost(schema, document, document.Operations[0], c.asked); got != want {
			t.Errorf("%s: an event costs %d points, want %d", c.query, got, want)
		}
	}
}
