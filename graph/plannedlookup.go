package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// answersNodes writes the objects with global ids as the answer of the resolved field, if
// it has a plan, and each id is that of a client, even if it is not found.
func answersNodes(ctx context.Context, ids []*client.ID, found []reading.Found) bool {
	p := planClients(ctx)
	if p == nil {
		return false
	}
	var clients []*client.Client
	for i := range found {
		switch {
		case found[i].Merged != nil, found[i].Client == nil && ids[i].Type != client.TypeClient:
			return false
		case found[i].Client != nil:
			clients = append(clients, found[i].Client)
		}
	}
	objects, err := p.plan.Objects(ctx, p.request.loaders, client.RowsOf(clients))
	if err != nil {
		return false
	}
	dst, at := []byte{'['}, 0
	for i := range found {
		if i > 0 {
			dst = append(dst, ',')
		}
		if found[i].Client == nil {
			dst = append(dst, "null"...)
			continue
		}
		dst = append(dst, objects.Of(at)...)
		at++
	}
	objects.Free()
	dst = append(dst, ']')
	p.answer.data = dst
	return true
}

const suggestionsType = "ClientSuggestions"

// answersSuggestions writes the suggestions of a search as you type, if the resolved
// field has a plan. label is the name of the offered new client; nil for none.
func answersSuggestions(ctx context.Context, suggestions *reading.Suggestions, label *string) bool {
	w := writeObject(ctx)
	if w == nil {
		return false
	}
	selected := w.fields(suggestionsType, w.field)
	for _, field := range selected {
		if field.Name == "clients" && !w.compile(field.Alias, field) {
			return false
		}
	}
	return w.finish(w.object(suggestionsType, selected, func(field graphql.CollectedField) bool {
		switch {
		case field.Name == "clients":
			return w.list(ctx, field, client.RowsOf(suggestions.Clients))
		case field.Name == "addNew" && label == nil:
			w.dst = append(w.dst, "null"...)
			return true
		case field.Name == "addNew":
			return w.newClient(field, *label, *suggestions.AddNew)
		}
		return false
	}))
}

func (w *objectWriter) newClient(of graphql.CollectedField, label, fullName string) bool {
	const typeName = "NewClientSuggestion"
	return w.object(typeName, w.fields(typeName, of), func(field graphql.CollectedField) bool {
		switch field.Name {
		case "label":
			w.dst = client.AppendText(w.dst, label)
		case "fullName":
			w.dst = client.AppendText(w.dst, fullName)
		default:
			return false
		}
		return true
	})
}
