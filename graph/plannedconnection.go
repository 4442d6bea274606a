package graph

import (
	"context"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/plan"
	"clientgraph/internal/service/reading"
)

const (
	connectionType = "ClientConnection"
	edgeType       = "ClientEdge"
	pageInfoType   = "PageInfo"
)

// plannedConnection is a connection field with its plan.
type plannedConnection struct {
	*objectWriter
	reads    *reading.Reads
	selected []graphql.CollectedField
}

// planConnection returns the plan of a connection field; nil if resolvers must answer it.
func (r *Resolver) planConnection(field planned) *plannedConnection {
	w := newObjectWriter(field)
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

// answers writes a part of a list, and says whether it succeeded, as plannedClients does.
func (p *plannedConnection) answers(ctx context.Context, connection *reading.Connection) bool {
	return !p.failedBefore() && p.finish(p.object(connectionType, p.selected, func(field graphql.CollectedField) bool {
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

// pathOfNode is the path of a node's plan: edges may be selected more than once.
func pathOfNode(edges, node graphql.CollectedField) string { return edges.Alias + "." + node.Alias }

func (p *plannedConnection) edges(ctx context.Context, edges graphql.CollectedField, connection *reading.Connection) bool {
	fields, size := p.fields(edgeType, edges), 0
	nodes := make([]plan.Objects, len(fields))
	for i, field := range fields {
		if field.Name != "node" {
			continue
		}
		var err error
		if nodes[i], err = p.compiled[pathOfNode(edges, field)].Objects(ctx, p.request.loaders, connection.Rows); err != nil {
			return false
		}
		size += nodes[i].Size()
	}
	const anEdge = 128
	p.dst = append(slices.Grow(p.dst, size+anEdge*len(connection.Rows)), '[')
	for i, cursor := range connection.Cursors {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		if !p.edge(fields, i, cursor, nodes) {
			return false
		}
	}
	for _, objects := range nodes {
		objects.Free()
	}
	p.dst = append(p.dst, ']')
	return true
}

// edge writes the edge of the client at a place. nodes are the written clients, by the
// places of the fields.
func (p *plannedConnection) edge(fields []graphql.CollectedField, place int, cursor string, nodes []plan.Objects) bool {
	p.dst = append(p.dst, '{')
	for i := range fields {
		if i > 0 {
			p.dst = append(p.dst, ',')
		}
		p.dst = append(append(append(p.dst, '"'), fields[i].Alias...), `":`...)
		switch fields[i].Name {
		case "cursor":
			// A cursor has no characters that JSON escapes.
			p.dst = append(append(append(p.dst, '"'), cursor...), '"')
		case "node":
			p.dst = append(p.dst, nodes[i].Of(place)...)
		case "__typename":
			p.dst = client.AppendText(p.dst, edgeType)
		default:
			return false
		}
	}
	p.dst = append(p.dst, '}')
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
