package limit

import (
	"fmt"

	"clientgraph/internal/client"
)

// Codes of requests that are refused before they are executed.
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
	// CodeTooManyErrors is the code of the last error of an answer that leaves others
	// out.
	CodeTooManyErrors client.Code = "TOO_MANY_ERRORS"
	// Codes of validation and of the parser, for errors that they do not find.
	codeInvalid     client.Code = "GRAPHQL_VALIDATION_FAILED"
	codeUnparseable client.Code = "GRAPHQL_PARSE_FAILED"
)

// Shape bounds documents. Each bound is checked before the step that it protects, in time
// linear in the document.
type Shape struct {
	// Bytes and Tokens bound the text before it is parsed. Nesting bounds the depth of
	// brackets of all kinds, because the parser is recursive.
	Bytes, Tokens, Nesting int64
	// Depth bounds the nesting of fields; IntrospectionDepth that below __schema and
	// __type.
	Depth, IntrospectionDepth int64
	// Roots, Aliases and Fields bound an operation with its fragments spread out: its
	// root fields, its aliases, and all its fields.
	Roots, Aliases, Fields int64
	// Repeats bounds how often one selection repeats names: checking whether such fields
	// can be merged takes quadratic time.
	Repeats int64
	// Fragments bounds the number of fragments, and separately that of spreads;
	// Directives bounds all directives.
	Fragments, Directives int64
	// Cost bounds the points of an operation; see Price. IntrospectionCost is the bound
	// below __schema and __type.
	Cost, IntrospectionCost int64
	// Inputs bounds the fields of input objects in variables, including absent ones: code
	// that reads such an object looks each up.
	Inputs int64
}

// DefaultShape suffices for the operations of front ends, also with a fragment for each
// component, and for GraphiQL's introspection query.
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

// exceeds returns the error for a number over its bound; nil for other numbers.
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

// firstOf returns the first error.
func firstOf(refusals ...*client.Error) *client.Error {
	for _, refusal := range refusals {
		if refusal != nil {
			return refusal
		}
	}
	return nil
}

// saturated is where sums and products stop: far above every bound, and far below an
// overflow.
const saturated = int64(1) << 40

func plus(a, b int64) int64 { return min(a+b, saturated) }

func times(a, b int64) int64 {
	if a != 0 && b > saturated/a {
		return saturated
	}
	return a * b
}
