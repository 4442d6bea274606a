package plan

import (
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/buffer"
	"clientgraph/internal/client"
)

// Cache stores the compiled selections of one document. It lives as long as the document,
// and has at most as many entries as the document has fields, for each role. A field that
// occurs several times, or in a fragment, and is merged with others of its name, is not
// stored: in another operation or at another place, its selection may be another one. It
// is safe for concurrent use.
type Cache struct {
	// Buffers has the buffers for objects with clients.
	Buffers buffer.Pool
	// fixed says that no variable changes what is selected.
	fixed func() bool

	mu       sync.RWMutex
	compiled map[selection]*Clients
}

// selection identifies a field of clients, with the caller's role.
type selection struct {
	field *ast.Field
	role  client.Role
}

// NewCache returns an empty cache of a document.
func NewCache(document *ast.QueryDocument) *Cache {
	return &Cache{fixed: sync.OnceValue(func() bool { return isFixed(document) }), compiled: map[selection]*Clients{}}
}

// Of returns the plan for the selection of a field of clients, nil if resolvers must
// answer it, and whether the plan was in the cache.
func (c *Cache) Of(operation *graphql.OperationContext, field graphql.CollectedField, role client.Role) (compiled *Clients, known bool) {
	if !c.fixed() || isMerged(field) {
		compiled, _ = Compile(operation, field.Selections, role)
		return compiled, false
	}
	key := selection{field.Field, role}
	c.mu.RLock()
	compiled, known = c.compiled[key]
	c.mu.RUnlock()
	if known {
		return compiled, true
	}
	compiled, _ = Compile(operation, field.Selections, role)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.compiled[key] = compiled
	return compiled, false
}

// isMerged says whether a field is merged with others of the same name: then its own
// selections are only the first of the collected ones.
func isMerged(field graphql.CollectedField) bool {
	return len(field.Selections) != len(field.Field.SelectionSet)
}

// isFixed says whether a document selects the same for all variables: they are not in
// directives, and in arguments only of root fields.
func isFixed(document *ast.QueryDocument) bool {
	for _, operation := range document.Operations {
		if !fixedSelections(operation.SelectionSet, true) {
			return false
		}
	}
	for _, fragment := range document.Fragments {
		if !fixedSelections(fragment.SelectionSet, false) {
			return false
		}
	}
	return true
}

func fixedSelections(selections ast.SelectionSet, root bool) bool {
	for _, selection := range selections {
		ok := true
		switch s := selection.(type) {
		case *ast.Field:
			ok = fixedDirectives(s.Directives) && (root || !hasVariable(s.Arguments)) && fixedSelections(s.SelectionSet, false)
		case *ast.InlineFragment:
			ok = fixedDirectives(s.Directives) && fixedSelections(s.SelectionSet, root)
		case *ast.FragmentSpread:
			ok = fixedDirectives(s.Directives)
		}
		if !ok {
			return false
		}
	}
	return true
}

func fixedDirectives(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		if hasVariable(directive.Arguments) {
			return false
		}
	}
	return true
}

func hasVariable(arguments ast.ArgumentList) bool {
	for _, argument := range arguments {
		if isVariable(argument.Value) {
			return true
		}
	}
	return false
}

func isVariable(value *ast.Value) bool {
	if value.Kind == ast.Variable {
		return true
	}
	for _, child := range value.Children {
		if isVariable(child.Value) {
			return true
		}
	}
	return false
}
