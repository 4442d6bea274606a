package graph

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

const (
	connectionType = "ClientConnection"
	edgeType       = "ClientEdge"
	pageInfoType   = "PageInfo"
)

// plannedConnection is a field that answers a part of a list.
type plannedConnection struct {
	*objectWriter
	reads    *reading.Reads
	selected []graphql.CollectedField
}

// planConnection is the plan of the field that is being resolved; nil where it is left
// to the resolvers.
func (r *Resolver) planConnection(ctx context.Context) *plannedConnection {
	w := newObjectWriter(ctx)
	if w == nil {
		return nil
	}
	p := &plannedConnection{w, r.service.Reads, w.fields(connectionType, w.field)}
	for _, field := range p.selected {
		switch field.Name {
		case "nodes":
			if !w.compile(field.Alias, field) {
				return nil
			}
		case "edges":
			for _, ofEdge := range w.fields(edgeType, field) {
				if ofEdge.Name == "node" && !w.compile(pathOfNode(field, ofEdge), ofEdge) {
					return nil
				}
			}
		}
	}
	return p
}

// answers writes a part of a list. It says whether that was done, as plannedClients
// does.
func (p *plannedConnection) answers(ctx context.Context, connection *reading.Connection) bool {
	return p.finish(p.object(connectionType, p.selected, func(field graphql.CollectedField) bool {
		switch field.Name {
		case "nodes":
			return p.list(ctx, field, connection.Rows)
		case "edges":
			return p.edges(ctx, field, connection)
		case "pageInfo":
			return p.pageInfo(ctx, field, connection)
		case "totalCount":
			count, err := p.reads.TotalCount(ctx, connection)
			p.dst = strconv.AppendInt(p.dst, count, 10)
			return err == nil
		}
		return false
	}))
}

// pathOfNode is where the plan of a node is kept: edges may be selected more than once.
func pathOfNode(edges, node graphql.CollectedField) string { return edges.Alias + "." + node.Alias }

func (p *plannedConnection) edges(ctx context.Context, edges graphql.CollectedField, connection *reading.Connection) bool {
	nodes, fields := map[string]func(int) []byte{}, p.fields(edgeType, edges)
	for _, field := range fields {
		if field.Name != "node" {
			continue
		}
		var err error
		if nodes[field.Alias], err = p.compiled[pathOfNode(edges, field)].Objects(ctx, p.request.loaders, connection.Rows); err != nil {
			return false
		}
	}
	p.dst = append(p.dst, '[')
	for i := range connection.Rows {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		whole := p.object(edgeType, fields, func(field graphql.CollectedField) bool {
			switch field.Name {
			case "cursor":
				p.dst = client.AppendText(p.dst, connection.Cursors[i])
			case "node":
				p.dst = append(p.dst, nodes[field.Alias](i)...)
			default:
				return false
			}
			return true
		})
		if !whole {
			return false
		}
	}
	p.dst = append(p.dst, ']')
	return true
}

func (p *plannedConnection) pageInfo(ctx context.Context, of graphql.CollectedField, connection *reading.Connection) bool {
	info := model.PageInfo{Cursors: connection.Cursors}
	return p.object(pageInfoType, p.fields(pageInfoType, of), func(field graphql.CollectedField) bool {
		var is bool
		var err error
		switch field.Name {
		case "startCursor":
			p.dst = client.AppendOptionalText(p.dst, info.StartCursor())
			return true
		case "endCursor":
			p.dst = client.AppendOptionalText(p.dst, info.EndCursor())
			return true
		case "hasNextPage":
			is, err = p.reads.HasNextPage(ctx, connection)
		case "hasPreviousPage":
			is, err = p.reads.HasPreviousPage(ctx, connection)
		default:
			return false
		}
		p.dst = strconv.AppendBool(p.dst, is)
		return err == nil
	})
}
