package limit

import (
	"fmt"

	"clientgraph/internal/client"
)

// Codes of what a request is refused for before it is executed.
const (
	CodeDocumentTooLarge client.Code = "DOCUMENT_TOO_LARGE"
	CodeTooManyTokens    client.Code = "TOO_MANY_TOKENS"
	CodeTooDeep          client.Code = "QUERY_TOO_DEEP"
	CodeTooManyAliases   client.Code = "TOO_MANY_ALIASES"
	CodeTooManyRoots     client.Code = "TOO_MANY_ROOT_FIELDS"
	CodeTooManyFields    client.Code = "TOO_MANY_FIELDS"
	CodeTooManyRepeats   client.Code = "TOO_MANY_REPEATED_FIELDS"
	CodeTooManyFragments client.Code = "TOO_MANY_FRAGMENTS"
	CodeTooManyDirective client.Code = "TOO_MANY_DIRECTIVES"
	CodeFragmentCycle    client.Code = "FRAGMENT_CYCLE"
	CodeTooCostly        client.Code = "QUERY_TOO_COSTLY"
	CodeTooManyValues    client.Code = "TOO_MANY_VALUES"
	// CodeTooManyErrors is of an answer's last error, where it leaves others out.
	CodeTooManyErrors client.Code = "TOO_MANY_ERRORS"
	// Those that validation and the parser have, for what they let pass.
	codeInvalid     client.Code = "GRAPHQL_VALIDATION_FAILED"
	codeUnparseable client.Code = "GRAPHQL_PARSE_FAILED"
)

// Shape bounds what a document may look like. Each bound is checked before the
// step that it guards, in time linear in the document.
type Shape struct {
	// Bytes and Tokens bound the text, before it is parsed. Nesting bounds how
	// deep brackets of all kinds stand in each other: the parser recurs on them.
	Bytes, Tokens, Nesting int64
	// Depth bounds fields within fields; IntrospectionDepth those below __schema
	// and __type.
	Depth, IntrospectionDepth int64
	// Roots, Aliases and Fields bound what an operation selects with its fragments
	// spread out: at its top, under other names, and in all.
	Roots, Aliases, Fields int64
	// Repeats bounds how often one selection names what it named already: telling
	// whether such fields can be merged takes the square of it.
	Repeats int64
	// Fragments bounds how many fragments there are, and how often they are spread,
	// each by that number; Directives bounds all directives.
	Fragments, Directives int64
	// Cost bounds the points of an operation; see Price. IntrospectionCost is the
	// bound of what is below __schema and __type.
	Cost, IntrospectionCost int64
	// Inputs bounds the fields of the input objects in variables, those that are
	// left out too: whoever reads such an object looks for each.
	Inputs int64
}

// DefaultShape is large enough for what front ends ask, also with a fragment a
// component, and for GraphiQL's reading of the schema.
func DefaultShape() Shape {
	return Shape{
		Bytes: 64 << 10, Tokens: 5_000, Nesting: 60,
		Depth: 12, IntrospectionDepth: 16,
		Roots: 20, Aliases: 100, Fields: 5_000,
		Repeats: 250, Fragments: 250, Directives: 100,
		Cost: 50_000, IntrospectionCost: 1_800_000,
		Inputs: 30_000,
	}
}

// exceeds is the refusal of a number over its bound; nil for one that is not.
func exceeds(code client.Code, name, what string, number, bound int64) *client.Error {
	if number <= bound {
		return nil
	}
	return &client.Error{
		Code:    code,
		Message: fmt.Sprintf("%s: at most %d; ask for less at once", what, bound),
		Details: map[string]any{name: number, "limit": bound},
	}
}

// firstOf is the first refusal.
func firstOf(refusals ...*client.Error) *client.Error {
	for _, refusal := range refusals {
		if refusal != nil {
			return refusal
		}
	}
	return nil
}

// saturated is where sums and products stop: far over every bound, and far from
// overflowing.
const saturated = int64(1) << 40

func plus(a, b int64) int64 { return min(a+b, saturated) }

func times(a, b int64) int64 {
	if a != 0 && b > saturated/a {
		return saturated
	}
	return a * b
}
