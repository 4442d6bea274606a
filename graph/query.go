package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Me returns the caller.
func (queryResolver) Me(ctx context.Context) (*model.Me, error) {
	return &model.Me{Scope: requestOf(ctx).scope}, nil
}

// Client returns a client by id.
func (r queryResolver) Client(ctx context.Context, clientID client.ID) (*loader.Client, error) {
	req := requestOf(ctx)
	if p := planClients(ctx); p != nil {
		row, err := r.clientRow(ctx, p, clientID)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if row == nil || p.answersOne(ctx, row) {
			return nil, nil
		}
		found, err := row.Record()
		return req.loaders.WrapOne(found), err
	}
	found, err := r.service.Client(ctx, req.scope, clientID, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.WrapOne(found), nil
}

// clientRow reads a client by id for a plan.
func (r *Resolver) clientRow(ctx context.Context, p *plannedClients, clientID client.ID) (client.Row, error) {
	return readOnce(&p.planned, func() (client.Row, error) { return r.service.ClientRow(ctx, p.request.scope, clientID, p.plan.Need) })
}

// Clients returns a page of the live clients.
func (r queryResolver) Clients(ctx context.Context, pageNumber, pageSize int64, orderField store.OrderField, descending bool) ([]*loader.Client, error) {
	req := requestOf(ctx)
	order, page := store.Order{Field: orderField, Descending: descending}, reading.Page{PageNumber: pageNumber, PageSize: pageSize}
	if p := planClients(ctx); p != nil {
		rows, err := r.clientRows(ctx, p, order, page)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if p.answers(ctx, rows) {
			return nil, nil
		}
		return req.wrapRows(rows)
	}
	found, err := r.service.Clients(ctx, req.scope, order, page, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.Wrap(found), nil
}

// clientRows reads a page of the live clients for a plan.
func (r *Resolver) clientRows(ctx context.Context, p *plannedClients, order store.Order, page reading.Page) ([]client.Row, error) {
	return readOnce(&p.planned, func() ([]client.Row, error) {
		return r.service.ClientRows(ctx, p.request.scope, order, page, p.plan.Need)
	})
}

// wrapRows returns rows as the records that resolvers answer.
func (r *request) wrapRows(rows []client.Row) ([]*loader.Client, error) {
	clients, err := client.RecordsOf(rows)
	return r.loaders.Wrap(clients), err
}

// ClientConnection returns a part of a list by cursors.
func (r queryResolver) ClientConnection(ctx context.Context, filter *model.ClientReportFilter, orderBy model.ClientOrder, first *int64, after *string, last *int64, before *string) (*model.ClientConnection, error) {
	req := requestOf(ctx)
	args := connectionArgs(filter, orderBy, first, after, last, before)
	var p *plannedConnection
	var connection *reading.Connection
	var err error
	if field, ok := plannedField(ctx); ok {
		p = r.planConnection(field)
	}
	if p != nil {
		connection, err = r.connection(ctx, p, args)
	} else {
		connection, err = r.service.Connection(ctx, req.scope, args, selected(ctx, "nodes").With(selected(ctx, "edges", "node")))
	}
	if err != nil {
		return nil, fail(ctx, err)
	}
	if p != nil && p.answers(ctx, connection) {
		return nil, nil
	}
	nodes, err := req.wrapRows(connection.Rows)
	return &model.ClientConnection{Connection: connection, Nodes: nodes}, err
}

// connection reads for a plan.
func (r *Resolver) connection(ctx context.Context, p *plannedConnection, args reading.ConnectionArgs) (*reading.Connection, error) {
	return readOnce(&p.planned, func() (*reading.Connection, error) { return r.service.Connection(ctx, p.request.scope, args, p.need) })
}

func connectionArgs(filter *model.ClientReportFilter, orderBy model.ClientOrder, first *int64, after *string, last *int64, before *string) reading.ConnectionArgs {
	return reading.ConnectionArgs{
		Filter: reportFilter(filter),
		Order:  store.Order{Field: orderBy.Field, Descending: orderBy.Direction},
		First:  first, After: after, Last: last, Before: before,
	}
}

// values returns the values that pointers point to.
func values[T any](pointers []*T) []T {
	list := make([]T, len(pointers))
	for i, p := range pointers {
		list[i] = *p
	}
	return list
}

// pointers returns pointers to the entries of list.
func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
