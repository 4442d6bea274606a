package limit_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"clientgraph/internal/limit"
)

// contract is the schema that the server has.
func contract(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
}

func parsed(t *testing.T, query string) *ast.QueryDocument {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return document
}

// Of a document with more errors than an answer has, the first ones are told, in
// the document's order, and then how many more there are.
func TestFirstErrorsOfADocumentAreToldInItsOrder(t *testing.T) {
	schema := contract(t)
	var query strings.Builder
	// That the variable is not used is found last of all.
	query.WriteString("query ($unused: Int) { clients {\n")
	for i := range 100 {
		fmt.Fprintf(&query, "a%d: viewClients(first: {a: 1}, none%d: 2) { clientId }\n", i, i)
	}
	query.WriteString("} }")
	for range 3 {
		errs := limit.Validate(schema, parsed(t, query.String()), false)
		if len(errs) != limit.MaxErrors+1 {
			t.Fatalf("%d errors are told, want %d and one more", len(errs), limit.MaxErrors)
		}
		if first := errs[0]; first.Rule != "NoUnusedVariables" || first.Locations[0].Line != 1 {
			t.Errorf("the first error is %v of %s", first, first.Rule)
		}
		for i, err := range errs[1:limit.MaxErrors] {
			if want := 2 + i/2; err.Locations[0].Line != want || err.Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
				t.Errorf("error %d is on line %d, want %d: %v", i+1, err.Locations[0].Line, want, err.Extensions)
			}
		}
		last := errs[limit.MaxErrors]
		if last.Extensions["code"] != "TOO_MANY_ERRORS" || last.Extensions["more"] != 201-limit.MaxErrors {
			t.Errorf("the last error is %v with %v", last, last.Extensions)
		}
	}
}

// At the bound nothing is left out.
func TestAsManyErrorsAsThereMayBeAreAllTold(t *testing.T) {
	schema := contract(t)
	for n, want := range map[int]int{limit.MaxErrors: limit.MaxErrors, limit.MaxErrors + 1: limit.MaxErrors + 1} {
		errs := limit.Validate(schema, parsed(t, "{ me {"+strings.Repeat(" none", n)+"} }"), true)
		if len(errs) != want {
			t.Errorf("%d errors: %d are told", n, len(errs))
		}
	}
}

// Who may read the schema is told what was meant, unless that were to be looked
// for too often.
func TestSuggestionsAreForFewErrors(t *testing.T) {
	schema := contract(t)
	for _, c := range []struct {
		suggest bool
		wrong   int
		want    bool
	}{{true, 1, true}, {true, 10, true}, {true, 11, false}, {false, 1, false}} {
		query := "{ me {" + strings.Repeat(" usr", c.wrong) + "} }"
		errs := limit.Validate(schema, parsed(t, query), c.suggest)
		if len(errs) != c.wrong {
			t.Errorf("%s: %d errors", query, len(errs))
		}
		for _, err := range errs {
			if strings.Contains(err.Message, "user") != c.want {
				t.Errorf("suggest %t, %d errors: %s", c.suggest, c.wrong, err.Message)
			}
		}
	}
}

// No rule of the library is left out, and each is known by the name that the
// specification has for it.
func TestEveryRuleOfGraphQLIsHeld(t *testing.T) {
	schema := contract(t)
	broken := map[string]string{
		"FieldsOnCorrectType":          `{ none }`,
		"FragmentsOnCompositeTypes":    `{ ...F } fragment F on Long { a }`,
		"KnownArgumentNames":           `{ clientCount(a: 1) }`,
		"KnownDirectives":              `{ clientCount @none }`,
		"KnownFragmentNames":           `{ ...F }`,
		"KnownTypeNames":               `query ($a: None) { client(clientId: $a) { id } }`,
		"LoneAnonymousOperation":       `{ clientCount } query A { clientCount }`,
		"MaxIntrospectionDepth":        `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
		"NoFragmentCycles":             `{ ...F } fragment F on Query { ...F }`,
		"NoUndefinedVariables":         `{ client(clientId: $a) { id } }`,
		"NoUnusedFragments":            `{ clientCount } fragment F on Query { clientCount }`,
		"NoUnusedVariables":            `query ($a: Int) { clientCount }`,
		"OverlappingFieldsCanBeMerged": `{ a: clientCount a: me { user } }`,
		"PossibleFragmentSpreads":      `{ me { ... on Client { id } } }`,
		"ProvidedRequiredArguments":    `{ client { id } }`,
		"ScalarLeafs":                  `{ me }`,
		"SingleFieldSubscriptions":     `subscription { clientChanged { cursor } __typename }`,
		"UniqueArgumentNames":          `{ clients(pageSize: 1, pageSize: 1) { id } }`,
		"UniqueDirectivesPerLocation":  `{ clientCount @skip(if: true) @skip(if: true) }`,
		"UniqueFragmentNames":          `{ ...F } fragment F on Query { clientCount } fragment F on Query { clientCount }`,
		"UniqueInputFieldNames":        `{ clientReportCount(filter: {searchTerm: "a", searchTerm: "a"}) }`,
		"UniqueOperationNames":         `query A { clientCount } query A { clientCount }`,
		"UniqueVariableNames":          `query ($a: Int, $a: Int) { clients(pageSize: $a) { id } }`,
		"ValuesOfCorrectType":          `{ clients(pageSize: "a") { id } }`,
		"VariablesAreInputTypes":       `query ($a: Client) { client(clientId: $a) { id } }`,
		"VariablesInAllowedPosition":   `query ($a: String) { clients(pageSize: $a) { id } }`,
	}
	for rule := range rules.NewDefaultRules().GetInner() {
		// No schema of ours lacks a type to begin a query at.
		if _, tested := broken[rule]; !tested && rule != "KnownRootType" {
			t.Errorf("the library has the rule %s, which is not held here", rule)
		}
	}
	for rule, query := range broken {
		for _, suggest := range []bool{false, true} {
			var told []string
			for _, err := range limit.Validate(schema, parsed(t, query), suggest) {
				told = append(told, err.Rule)
			}
			if !slices.Contains(told, rule) {
				t.Errorf("%s breaks %s, and is told of %q", query, rule, told)
			}
		}
	}
}

// An object is no value of a scalar or an enum, wherever it stands; JSON alone
// takes any value.
func TestObjectsAreNoScalars(t *testing.T) {
	schema := contract(t)
	for _, object := range []string{"{}", `{a: 1}`, `{a: {}}`} {
		for _, query := range []string{
			`{ client(clientId: OBJECT) { id } }`,
			`{ nodes(ids: [OBJECT]) { id } }`,
			`{ nodes(ids: OBJECT) { id } }`,
			`{ clientsByTag(tag: OBJECT) { id } }`,
			`{ clients(pageSize: OBJECT) { id } }`,
			`{ clients(orderMode: OBJECT) { id } }`,
			`{ clientReportCount(filter: {startDate: OBJECT}) }`,
			`{ clientReportCount(filter: {statusList: [OBJECT]}) }`,
			`{ clientReportCount(filter: {includeDeleted: OBJECT}) }`,
			`query ($a: Date = OBJECT) { clientReportCount(filter: {startDate: $a}) }`,
			`mutation { patchClient(clientId: 1, patch: {latitude: OBJECT}) { client { id } } }`,
			`mutation { patchClient(clientId: 1, patch: {dateOfBirth: OBJECT}) { client { id } } }`,
			`mutation { patchClient(clientId: 1, patch: {tags: OBJECT}) { client { id } } }`,
			`mutation { recordAppointments(appointments: [{modifiedDate: OBJECT}]) { recorded } }`,
		} {
			query = strings.ReplaceAll(query, "OBJECT", object)
			wrong := slices.ContainsFunc(limit.Validate(schema, parsed(t, query), false), func(err *gqlerror.Error) bool {
				return strings.Contains(err.Error(), "found an object") || strings.Contains(err.Error(), "is not defined by type")
			})
			if !wrong {
				t.Errorf("%s is valid", query)
			}
		}
		json := `{ clientReportCount(filter: {fieldFilters: [{schedulerPreferenceFieldDefnId: 1, values: [` + object + `]}]}) }`
		if errs := limit.Validate(schema, parsed(t, json), false); errs != nil {
			t.Errorf("%s: %v", json, errs)
		}
	}
}
