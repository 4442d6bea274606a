package graph

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// connectionWriter writes a part of a list as the answer of the field that is being
// resolved.
type connectionWriter struct {
	planned
	service    *reading.Reads
	connection *reading.Connection
	dst        []byte
}

// answersConnection writes a part of a list, as answersRows does.
func (r *Resolver) answersConnection(ctx context.Context, connection *reading.Connection) bool {
	p, ok := plannedField(ctx)
	if !ok {
		return false
	}
	w := &connectionWriter{planned: p, service: r.service.Reads, connection: connection}
	ok = w.object("ClientConnection", w.fields("ClientConnection", p.field), func(field graphql.CollectedField) bool {
		switch field.Name {
		case "nodes":
			return w.nodes(ctx, field)
		case "edges":
			return w.edges(ctx, field)
		case "pageInfo":
			return w.pageInfo(ctx, field)
		case "totalCount":
			count, err := w.service.TotalCount(ctx, connection)
			w.dst = strconv.AppendInt(w.dst, count, 10)
			return err == nil
		}
		return false
	})
	if ok {
		p.answer.data = w.dst
	}
	return ok
}

func (w *connectionWriter) fields(typeName string, of graphql.CollectedField) []graphql.CollectedField {
	return graphql.CollectFields(w.operation, of.Selections, []string{typeName})
}

// object writes an object, each of its fields by write.
func (w *connectionWriter) object(typeName string, fields []graphql.CollectedField, write func(graphql.CollectedField) bool) bool {
	w.dst = append(w.dst, '{')
	for i, field := range fields {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(append(append(w.dst, '"'), field.Alias...), `":`...)
		if field.Name == "__typename" {
			w.dst = client.AppendText(w.dst, typeName)
		} else if !write(field) {
			return false
		}
	}
	w.dst = append(w.dst, '}')
	return true
}

func (w *connectionWriter) nodes(ctx context.Context, field graphql.CollectedField) bool {
	clients := w.clients(field)
	if clients == nil {
		return false
	}
	list, err := clients.List(ctx, w.request.loaders, w.connection.Rows)
	w.dst = append(w.dst, list...)
	return err == nil
}

func (w *connectionWriter) edges(ctx context.Context, edges graphql.CollectedField) bool {
	const typeName = "ClientEdge"
	nodes, fields := map[string]func(int) []byte{}, w.fields(typeName, edges)
	for _, field := range fields {
		if field.Name != "node" {
			continue
		}
		clients := w.clients(field)
		if clients == nil {
			return false
		}
		var err error
		if nodes[field.Alias], err = clients.Objects(ctx, w.request.loaders, w.connection.Rows); err != nil {
			return false
		}
	}
	w.dst = append(w.dst, '[')
	for i := range w.connection.Rows {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		ok := w.object(typeName, fields, func(field graphql.CollectedField) bool {
			switch field.Name {
			case "cursor":
				w.dst = client.AppendText(w.dst, w.connection.Cursors[i])
			case "node":
				w.dst = append(w.dst, nodes[field.Alias](i)...)
			default:
				return false
			}
			return true
		})
		if !ok {
			return false
		}
	}
	w.dst = append(w.dst, ']')
	return true
}

func (w *connectionWriter) pageInfo(ctx context.Context, of graphql.CollectedField) bool {
	info := model.PageInfo{Cursors: w.connection.Cursors}
	return w.object("PageInfo", w.fields("PageInfo", of), func(field graphql.CollectedField) bool {
		var is bool
		var err error
		switch field.Name {
		case "startCursor":
			w.dst = appendOptionalText(w.dst, info.StartCursor())
			return true
		case "endCursor":
			w.dst = appendOptionalText(w.dst, info.EndCursor())
			return true
		case "hasNextPage":
			is, err = w.service.HasNextPage(ctx, w.connection)
		case "hasPreviousPage":
			is, err = w.service.HasPreviousPage(ctx, w.connection)
		default:
			return false
		}
		w.dst = strconv.AppendBool(w.dst, is)
		return err == nil
	})
}

func appendOptionalText(dst []byte, text *string) []byte {
	if text == nil {
		return append(dst, "null"...)
	}
	return client.AppendText(dst, *text)
}
