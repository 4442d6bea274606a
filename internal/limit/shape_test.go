package limit

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"clientgraph/internal/client"
)

func schemaOf(t testing.TB) *ast.Schema {
	t.Helper()
	return gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { me: P, page(pageSize: Int! = 50): [P!], connection(first: Int, last: Int): C, of(ids: [ID!]!): [P], numbers(pageSize: Int! = 1000): [ID!], loose: [P!] }
		type Mutation { make(inputs: [ID!]!, key: String): [P!], put(all: [I!]!, one: I): P }
		input I { a: String, b: Int, list: [I!], lists: [[I!]!] }
		type P { id: ID!, tags: [String!], friends(first: Int): [P!], all: [P!], best: P }
		type C { nodes: [P!]!, edges: [E!]!, total: Int }
		type E { cursor: String, node: P }`})
}

// checked is the cost of a document's first operation, or the refusal.
func checked(t testing.TB, s Shape, query string, variables map[string]any) (int64, *client.Error) {
	t.Helper()
	schema := schemaOf(t)
	if err := s.Text(query); err != nil {
		return 0, client.AsErrors(err)[0]
	}
	document, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatalf("%.80s: %v", query, err)
	}
	cost, checkErr := s.Check(schema, document, document.Operations[0], variables)
	if checkErr != nil {
		return cost, client.AsErrors(checkErr)[0]
	}
	return cost, nil
}

// The prices are those that the comment of listSize tells.
func TestOperationCostsAPointForEachFieldItAnswers(t *testing.T) {
	for _, c := range []struct {
		query     string
		variables map[string]any
		want      int64
	}{
		{`{ me { id tags } }`, nil, 3},
		{`{ page(pageSize: 10) { id } }`, nil, 11},
		{`{ page { id } }`, nil, 51},
		{`{ page(pageSize: 10) { id friends { id } } }`, nil, 1 + 10*(1+1+3)},
		{`{ page(pageSize: 10) { friends(first: 20) { id } } }`, nil, 1 + 10*(1+20)},
		{`{ connection(first: 10) { total nodes { id } edges { cursor node { id } } } }`, nil, 1 + 1 + (1 + 10*1) + (1 + 10*3)},
		{`{ connection { nodes { id } } }`, nil, 1 + 1 + 50},
		{`{ of(ids: ["1", "2", "3", "4"]) { id best { id } } }`, nil, 1 + 4*3},
		{`{ numbers }`, nil, 1001},
		{`{ loose { all { all { id } } } }`, nil, 1 + 3*(1+3*(1+3))},
		{`mutation { make(inputs: ["1", "2"]) { id } }`, nil, 50 + 3},
		{`query ($n: Int!) { page(pageSize: $n) { id } }`, map[string]any{"n": json.Number("500")}, 501},
		{`query ($n: Int = 7) { page(pageSize: $n) { id } }`, nil, 8},
		{`query ($n: Int = 7) { page(pageSize: $n) { id } }`, map[string]any{"n": json.Number("2")}, 3},
		{`query ($ids: [ID!]!) { of(ids: $ids) { id } }`, map[string]any{"ids": []any{"1", "2", "3"}}, 4},
		{`{ ...Q } fragment Q on Query { page(pageSize: 10) { ...P ...P } } fragment P on P { id }`, nil, 21},
		{`{ connection(first: 5) { ...C } a: connection(first: 7) { ...C } } fragment C on C { nodes { id } }`, nil, 2 + 1 + 5 + 1 + 7},
		{`{ page(pageSize: -5) { id } }`, nil, 1},
		{`query ($n: Int!) { page(pageSize: $n) { id } }`, map[string]any{"n": "no number"}, 0},
	} {
		cost, refused := checked(t, DefaultShape(), c.query, c.variables)
		if want := c.want; want > 0 && (cost != want || refused != nil) {
			t.Errorf("%s\ncosts %d (%v), want %d", c.query, cost, refused, want)
		}
	}
}

// Each bound refuses what is one over it, with its code and both numbers, and
// nothing that is at it.
func TestShapeRefusesWhatIsOverABound(t *testing.T) {
	repeat := func(text string, times int) string { return strings.Repeat(text+" ", times) }
	numbered := func(format string, times int) string { return numberedText(format+" ", times) }
	s := DefaultShape()
	s.Fields, s.Repeats, s.Cost = 400, 250, 1000
	for _, c := range []struct {
		code client.Code
		// query has n of what the bound counts.
		query func(n int) string
		bound int64
	}{
		{CodeDocumentTooLarge, func(n int) string { return "{ me { id } }" + strings.Repeat(" ", n-13) }, s.Bytes},
		{CodeTooDeep, func(n int) string { return "{ me(a: " + strings.Repeat("[", n-2) + strings.Repeat("]", n-2) + ") }" }, s.Nesting},
		{CodeTooDeep, func(n int) string {
			return "{ me {" + strings.Repeat("best {", n-2) + "id" + strings.Repeat("}", n-2) + "} }"
		}, s.Depth},
		{CodeTooManyRoots, func(n int) string { return "{" + repeat("me { id }", n) + "}" }, s.Roots},
		{CodeTooManyAliases, func(n int) string { return "{ me {" + numbered("a%d: id", n) + "} }" }, s.Aliases},
		{CodeTooManyFields, func(n int) string { return "{ me {" + numbered("__f%d", n-1) + "} }" }, s.Fields},
		{CodeTooManyRepeats, func(n int) string { return "{ me {" + repeat("id", n+1) + "} }" }, s.Repeats},
		{CodeTooManyFragments, func(n int) string { return "{ me { id } }" + numbered("fragment F%d on P { id }", n) }, s.Fragments},
		{CodeTooManyFragments, func(n int) string { return "{ me {" + repeat("...F", n) + "} } fragment F on Q { a }" }, s.Fragments},
		{CodeTooManyDirective, func(n int) string { return "{ me {id" + strings.Repeat("@a", n) + "} }" }, s.Directives},
		{CodeTooCostly, func(n int) string { return fmt.Sprintf("{ page(pageSize: %d) { id } }", n-1) }, s.Cost},
	} {
		n := int(c.bound)
		if _, refused := checked(t, s, c.query(n), nil); refused != nil {
			t.Errorf("%s: at the bound it is refused: %v", c.code, refused)
		}
		_, refused := checked(t, s, c.query(n+1), nil)
		if refused == nil || refused.Code != c.code {
			t.Errorf("%s: one over the bound: %v", c.code, refused)
			continue
		}
		if refused.Details["limit"] != c.bound || !holds(refused.Details, c.bound+1) {
			t.Errorf("%s tells %v", c.code, refused.Details)
		}
	}
}

// The fields of input objects count also where they are left out, each time that
// an object stands in what was sent.
func TestShapeCountsTheFieldsOfInputObjects(t *testing.T) {
	const query = `mutation ($all: [I!]!, $one: I) { put(all: $all, one: $one) { id } }`
	object := func(times int) []any { return slices.Repeat([]any{map[string]any{"a": "1"}}, times) }
	s := DefaultShape()
	s.Inputs = 40
	for name, c := range map[string]struct {
		variables map[string]any
		fields    int64
	}{
		"10 in a list":                 {map[string]any{"all": object(10)}, 40},
		"11 in a list":                 {map[string]any{"all": object(11)}, 44},
		"a list within an object":      {map[string]any{"one": map[string]any{"list": object(9)}}, 40},
		"one more":                     {map[string]any{"one": map[string]any{"list": object(10)}}, 44},
		"in a list of lists":           {map[string]any{"one": map[string]any{"lists": []any{object(5), object(5)}}}, 44},
		"one for a list":               {map[string]any{"all": map[string]any{"list": object(10)[0]}}, 8},
		"what is no object":            {map[string]any{"all": []any{"x", nil, []any{}}, "one": 5}, 0},
		"what nobody declared":         {map[string]any{"other": object(100)}, 0},
		"a field that an object lacks": {map[string]any{"one": map[string]any{"other": object(100)}}, 4},
	} {
		_, refused := checked(t, s, query, c.variables)
		switch {
		case c.fields <= s.Inputs && refused != nil:
			t.Errorf("%s: refused with %v", name, refused)
		case c.fields > s.Inputs && (refused == nil || refused.Code != CodeTooManyValues || refused.Details["fields"] != c.fields):
			t.Errorf("%s: %v, want %d fields to be refused", name, refused, c.fields)
		}
	}
}

// A variable's objects count each time that an argument reads it, in fragments as
// often as they are spread, and once where none does.
func TestShapeCountsAVariablesObjectsEachTimeOneIsRead(t *testing.T) {
	put := func(times int, argument string) string {
		var fields strings.Builder
		for i := range times {
			fmt.Fprintf(&fields, "a%d: put(%s) { id } ", i, argument)
		}
		return fields.String()
	}
	const all = `($all: [I!]!) `
	s := DefaultShape()
	s.Inputs = 40
	for query, fields := range map[string]int64{
		"mutation " + all + "{ a: put(all: []) { id } }":                                                                       20,
		"mutation " + all + "{" + put(2, "all: $all") + "}":                                                                    40,
		"mutation " + all + "{" + put(3, "all: $all") + "}":                                                                    60,
		"mutation " + all + "{" + put(1, "all: $all, one: {list: $all, lists: [$all]}") + "}":                                  60,
		"mutation " + all + "{ ...F ...F ...F } fragment F on Mutation {" + put(1, "all: $all") + "}":                          60,
		"mutation " + all + "{ ...F } fragment F on Mutation {" + put(1, "all: $all") + " ... {" + put(2, "all: $all") + "} }": 60,
		`mutation ($all: [I!]! = [{a: "1"}]) {` + put(3, "all: $all") + "}":                                                    60,
		"mutation " + all + "{" + put(3, "all: $none") + "}":                                                                   20,
	} {
		_, refused := checked(t, s, query, map[string]any{"all": slices.Repeat([]any{map[string]any{"a": "1"}}, 5)})
		switch {
		case fields <= s.Inputs && refused != nil:
			t.Errorf("%s: refused with %v", query, refused)
		case fields > s.Inputs && (refused == nil || refused.Code != CodeTooManyValues || refused.Details["fields"] != fields):
			t.Errorf("%s: %v, want %d fields to be refused", query, refused, fields)
		}
	}
	_, refused := checked(t, s, `mutation ($all: [I!]! = [{a: "1"}, {list: [{}, {}]}]) {`+put(3, "all: $all")+"}", nil)
	if refused == nil || refused.Details["fields"] != int64(3*16) {
		t.Errorf("of a default: %v", refused)
	}
}

// Tokens are counted before anything is parsed.
func TestShapeCountsTokensBeforeParsing(t *testing.T) {
	s := DefaultShape()
	text := func(tokens int) string { return strings.Repeat("x ", tokens) }
	if err := s.Text(text(int(s.Tokens))); err != nil {
		t.Errorf("at the bound: %v", err)
	}
	if err := s.Text(text(int(s.Tokens) + 1)); !client.HasCode(err, CodeTooManyTokens) {
		t.Errorf("one over the bound: %v", err)
	}
}

func holds(details map[string]any, number int64) bool {
	for _, value := range details {
		if value == number {
			return true
		}
	}
	return false
}

// Fragments that double each other select 2^30 fields: each is measured once.
func TestShapeMeasuresEachFragmentOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("{ me { ...F0 } }")
	for i := range 30 {
		fmt.Fprintf(&b, " fragment F%d on P { a: best { ...F%d } b: best { ...F%d } }", i, i+1, i+1)
	}
	b.WriteString(" fragment F30 on P { id }")
	s := DefaultShape()
	s.Depth, s.Nesting, s.Aliases = 1000, 1000, math.MaxInt64
	if _, refused := checked(t, s, b.String(), nil); refused == nil || refused.Code != CodeTooManyFields {
		t.Errorf("answered %v", refused)
	}
}

func TestShapeFindsFragmentCycles(t *testing.T) {
	for _, query := range []string{
		`{ me { ...A } } fragment A on P { ...A }`,
		`{ me { ...A } } fragment A on P { best { ...B } } fragment B on P { ... on P { best { ...A } } }`,
		`{ me { id } } fragment A on P { ...B } fragment B on P { ...A }`,
	} {
		if _, refused := checked(t, DefaultShape(), query, nil); refused == nil || refused.Code != CodeFragmentCycle {
			t.Errorf("%s: %v", query, refused)
		}
	}
}

// Reading the schema has bounds of its own: it is deeper than what clients are
// asked for.
func TestIntrospectionHasBoundsOfItsOwn(t *testing.T) {
	deep := func(levels int) string {
		return "{ __schema { queryType {" + strings.Repeat("ofType {", levels-3) + "name" + strings.Repeat("}", levels-3) + "} } }"
	}
	if cost, refused := checked(t, DefaultShape(), deep(16), nil); refused != nil || cost != 0 {
		t.Errorf("16 levels cost %d: %v", cost, refused)
	}
	if _, refused := checked(t, DefaultShape(), deep(17), nil); refused == nil || refused.Code != CodeTooDeep {
		t.Errorf("17 levels: %v", refused)
	}
	wide := "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } } } }"
	if _, refused := checked(t, DefaultShape(), wide, nil); refused == nil || refused.Code != CodeTooCostly {
		t.Errorf("fields of fields of fields: %v", refused)
	}
}

// Validation compares fields of one name wherever they meet, and reads what
// nobody asked for.
func TestShapeBoundsWhatValidationCompares(t *testing.T) {
	many := strings.Repeat("id ", 240)
	for name, query := range map[string]string{
		"below repeated fields":  "{" + strings.Repeat("me {"+many+"} ", 3) + "}",
		"by fragments":           "{ me { ...A ...B } } fragment A on P {" + many + "} fragment B on P {" + many + "}",
		"below fragments":        "{ ...A ...B } fragment A on Query { me {" + many + "} } fragment B on Query { me {" + many + "} }",
		"that differ":            "{ me {" + numberedText("a: friends(first: %d) { id } ", 60) + "} }",
		"in another operation":   "query A { me { id } } query B {" + strings.Repeat("me {"+many+"} ", 3) + "}",
		"in a fragment":          "{ me { id } } fragment A on Query {" + strings.Repeat("me {"+many+"} ", 3) + "}",
		"in a fragment's double": "{ ...A } fragment A on Query { me { id } } fragment A on Query {" + strings.Repeat("me {"+many+"} ", 3) + "}",
	} {
		if _, refused := checked(t, DefaultShape(), query, nil); refused == nil || refused.Code != CodeTooManyRepeats {
			t.Errorf("%s: %v", name, refused)
		}
	}
	for _, query := range []string{
		"{" + strings.Repeat("me { id best { id } } ", 20) + "}",
		"query A { me { id } } query B { me { id id } }",
	} {
		if _, refused := checked(t, DefaultShape(), query, nil); refused != nil {
			t.Errorf("%.60s: %v", query, refused)
		}
	}
}

func numberedText(format string, times int) string {
	var b strings.Builder
	for i := range times {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// Whoever names what is not there may be told of what is like it, which takes its
// time.
func TestShapeBoundsNamesThatAreNotThere(t *testing.T) {
	unknown := func(n int) string { return "{ me {" + numberedText("f%d ", n) + "} }" }
	if _, refused := checked(t, DefaultShape(), unknown(maxUnknown), nil); refused != nil {
		t.Errorf("at the bound: %v", refused)
	}
	if _, refused := checked(t, DefaultShape(), unknown(maxUnknown+1), nil); refused == nil || refused.Code != codeInvalid {
		t.Errorf("over the bound: %v", refused)
	}
	if err := DefaultShape().Text("{ " + strings.Repeat("x", maxName+1) + " }"); !client.HasCode(err, codeUnparseable) {
		t.Errorf("a long name: %v", err)
	}
}

// Half a surrogate pair is no character; escapes that only look like one are let
// be.
func TestTextRefusesHalfASurrogatePair(t *testing.T) {
	for text, want := range map[string]client.Code{
		`"\ud800"`: codeUnparseable, `"é\ud83d\ud83d\ude00"`: codeUnparseable, `"\udc00\ud800"`: codeUnparseable, `"\uFFFD\udfff"`: codeUnparseable,
		`"\ud83d\ude00"`: "", `"\uFFFD"`: "", "\"\ufffd\"": "", `"\\ud800 \uFFFD"`: "", `"""\ud800"""`: "", `"\u{1F600} �"`: "",
	} {
		err := DefaultShape().Text("# é\n{ me(a: " + text + ") }")
		if want == "" && err != nil || want != "" && !client.HasCode(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
