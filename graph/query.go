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
	if req.failed != nil {
		return nil, fail(ctx, req.failed)
	}
	if p := planClients(ctx); p != nil {
		written, err := r.writeClient(ctx, p, clientID)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if written {
			return nil, nil
		}
	}
	found, err := r.service.Client(ctx, req.scope, clientID, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.WrapOne(found), nil
}

// writeClient writes a client by id as the answer, if the client is found. It says
// whether that is the whole answer, as plannedClients does.
func (r *Resolver) writeClient(ctx context.Context, p *plannedClients, clientID client.ID) (written bool, err error) {
	row, err := r.service.ClientRow(ctx, p.request.scope, clientID, p.plan.Need)
	return err == nil && (row == nil || p.answersOne(ctx, row)), err
}

// Clients returns a page of the live clients.
func (r queryResolver) Clients(ctx context.Context, pageNumber, pageSize int64, orderField store.OrderField, descending bool) ([]*loader.Client, error) {
	req := requestOf(ctx)
	if req.failed != nil {
		return nil, fail(ctx, req.failed)
	}
	order, page := store.Order{Field: orderField, Descending: descending}, reading.Page{PageNumber: pageNumber, PageSize: pageSize}
	if p := planClients(ctx); p != nil {
		written, err := r.writeClients(ctx, p, order, page)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if written {
			return nil, nil
		}
	}
	found, err := r.service.Clients(ctx, req.scope, order, page, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.Wrap(found), nil
}

// writeClients writes a page of the live clients as the answer, as writeClient does.
func (r *Resolver) writeClients(ctx context.Context, p *plannedClients, order store.Order, page reading.Page) (written bool, err error) {
	rows, err := r.service.ClientRows(ctx, p.request.scope, order, page, p.plan.Need)
	return err == nil && p.answers(ctx, rows), err
}

// ClientConnection returns a part of a list by cursors.
func (r queryResolver) ClientConnection(ctx context.Context, filter *model.ClientReportFilter, orderBy model.ClientOrder, first *int64, after *string, last *int64, before *string) (*model.ClientConnection, error) {
	req := requestOf(ctx)
	if req.failed != nil {
		return nil, fail(ctx, req.failed)
	}
	var p *plannedConnection
	if field, ok := plannedField(ctx); ok {
		p = r.planConnection(field)
	}
	var need client.Selection
	if p != nil {
		need = p.need
	} else {
		need = selected(ctx, "nodes").With(selected(ctx, "edges", "node"))
	}
	connection, err := r.service.Connection(ctx, req.scope, connectionArgs(filter, orderBy, first, after, last, before), need)
	if err != nil {
		return nil, fail(ctx, err)
	}
	if p != nil && p.answers(ctx, connection) {
		return nil, nil
	}
	clients, err := client.RecordsOf(connection.Rows)
	if err != nil {
		return nil, err
	}
	return &model.ClientConnection{Connection: connection, Nodes: req.loaders.Wrap(clients)}, nil
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
