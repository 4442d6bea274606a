package server

import (
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// checkIntrospection refuses an operation that reads the schema if callers may not. The
// operation was measured before, so its fragments have no cycle. Error:
// INTROSPECTION_DISABLED.
func (h *graphqlHandler) checkIntrospection(document *ast.QueryDocument, operation *ast.OperationDefinition) error {
	if h.introspection || operation == nil || !asksForSchema(document, operation.SelectionSet, map[string]bool{}) {
		return nil
	}
	return &client.Error{Code: codeIntrospectionDisabled, Message: "this server does not answer introspection; read schema.graphqls, or start the server with --introspection"}
}

// asksForSchema says whether a root selection has __schema or __type, also in fragments.
// seen are the fragments that were checked already.
func asksForSchema(document *ast.QueryDocument, selections ast.SelectionSet, seen map[string]bool) bool {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return true
			}
		case *ast.InlineFragment:
			if asksForSchema(document, s.SelectionSet, seen) {
				return true
			}
		case *ast.FragmentSpread:
			fragment := document.Fragments.ForName(s.Name)
			if fragment == nil || seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			if asksForSchema(document, fragment.SelectionSet, seen) {
				return true
			}
		}
	}
	return false
}
