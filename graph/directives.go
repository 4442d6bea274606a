package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
)

// hiddenFrom denies a field to a role. The role gets null and an error; the rest of the
// answer stays.
func hiddenFrom(ctx context.Context, _ any, next graphql.Resolver, role client.Role) (any, error) {
	if requestOf(ctx).scope.Role == role {
		return nil, &client.Error{Code: client.CodeForbidden, Message: "role " + string(role) + " may not use this field; leave it out"}
	}
	value, err := next(ctx)
	if list, ok := value.([]string); ok && list == nil {
		// In the schema the list is nullable only for roles that are denied it; for
		// others it is empty.
		value = []string{}
	}
	return value, err
}

// permission denies a field to callers without a permission, before anything is
// looked up.
func permission(ctx context.Context, _ any, next graphql.Resolver, name model.Permission) (any, error) {
	for _, held := range (&model.Me{Scope: requestOf(ctx).scope}).Permissions() {
		if held == name {
			return next(ctx)
		}
	}
	return nil, &client.Error{Code: client.CodeForbidden, Message: "this needs the permission " + string(name)}
}
