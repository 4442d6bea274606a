package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// objectTypes are the types with clients below them: fragments on any of them are
// collected.
func objectTypes() []string {
	return []string{"Client", "Node", "ClientConnection", "ClientEdge", "ClientReport", "ClientSuggestions", "DuplicateConnection", "DuplicateEdge", "DuplicateGroup", "MergedClient", "ClientPayload", "MergeClientsPayload", "UnmergeClientsPayload", "ClientChanges", "ClientChange", "ClientListChange", entityUnion}
}

// selected returns what the resolved field needs of the clients that it has at the path
// of field names.
func selected(ctx context.Context, at ...string) client.Selection {
	return collect(ctx, graphql.GetFieldContext(ctx).Field.Selections, at)
}

// asked says whether the resolved field has a field with that name selected.
func asked(ctx context.Context, name string) bool {
	for _, field := range graphql.CollectFields(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, objectTypes()) {
		if field.Name == name {
			return true
		}
	}
	return false
}

// siblingsSelected returns what all uses of a relation below the same parent need of its
// clients, so that aliases and fields derived from the relation share one read.
func siblingsSelected(ctx context.Context, relation string) client.Selection {
	parent := graphql.GetFieldContext(ctx).Parent
	for parent.Field.Field == nil && parent.Parent != nil {
		// List entries have contexts without a field.
		parent = parent.Parent
	}
	return collect(ctx, parent.Field.Selections, []string{relation})
}

func collect(ctx context.Context, selections ast.SelectionSet, at []string) client.Selection {
	var need client.Selection
	for _, field := range graphql.CollectFields(graphql.GetOperationContext(ctx), selections, objectTypes()) {
		switch {
		case len(at) == 0:
			need.AddField(field.Name)
			if field.Name == "mergedClients" {
				// The survivor is the client itself.
				need = need.With(collect(ctx, field.Selections, []string{"survivor"}))
			}
		case field.Name == at[0]:
			need = need.With(collect(ctx, field.Selections, at[1:]))
		}
	}
	return need
}
