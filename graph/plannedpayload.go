package graph

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
)

// answersPayload writes the payload of a successful write, if the resolved field has a
// plan. Resolvers answer refused writes, and payloads with other fields than the client.
func answersPayload(ctx context.Context, result writing.Result, userErrors []*client.Error) bool {
	if result.Client == nil || result.Conflict != nil || len(userErrors) > 0 {
		return false
	}
	w := writeObject(ctx)
	if w == nil {
		return false
	}
	typeName := w.field.Definition.Type.Name()
	selected := w.fields(typeName, w.field, "ClientPayload")
	for _, field := range selected {
		if field.Name == "client" && !w.compile(field.Alias, field) {
			return false
		}
	}
	return w.finish(w.object(typeName, selected, func(field graphql.CollectedField) bool {
		switch field.Name {
		case "client":
			return w.one(ctx, field, result.Client)
		case "created":
			w.dst = strconv.AppendBool(w.dst, result.Created)
		case "userErrors":
			w.dst = append(w.dst, "[]"...)
		case "conflict":
			w.dst = append(w.dst, "null"...)
		default:
			return false
		}
		return true
	}))
}
