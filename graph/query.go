package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Me answers who is asking.
func (queryResolver) Me(ctx context.Context) (*model.Me, error) {
	return &model.Me{Scope: requestOf(ctx).scope}, nil
}

// Client answers a client by id.
func (r queryResolver) Client(ctx context.Context, clientID client.ID) (*loader.Client, error) {
	req := requestOf(ctx)
	if p := planClients(ctx); p != nil {
		row, err := r.service.ClientRow(ctx, req.scope, clientID, p.plan.Need)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if row == nil || p.answersOne(ctx, row) {
			return nil, nil
		}
	}
	found, err := r.service.Client(ctx, req.scope, clientID, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.WrapOne(found), nil
}

// Clients answers a page of the live clients.
func (r queryResolver) Clients(ctx context.Context, pageNumber, pageSize int64, orderField store.OrderField, descending bool) ([]*loader.Client, error) {
	req := requestOf(ctx)
	order, page := store.Order{Field: orderField, Descending: descending}, reading.Page{PageNumber: pageNumber, PageSize: pageSize}
	if p := planClients(ctx); p != nil {
		rows, err := r.service.ClientRows(ctx, req.scope, order, page, p.plan.Need)
		if err != nil {
			return nil, fail(ctx, err)
		}
		if p.answers(ctx, rows) {
			return nil, nil
		}
	}
	found, err := r.service.Clients(ctx, req.scope, order, page, selected(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return req.loaders.Wrap(found), nil
}

// ClientConnection answers a part of a list by cursors.
func (r queryResolver) ClientConnection(ctx context.Context, filter *model.ClientReportFilter, orderBy model.ClientOrder, first *int64, after *string, last *int64, before *string) (*model.ClientConnection, error) {
	req := requestOf(ctx)
	var need client.Selection
	p := r.planConnection(ctx)
	if p != nil {
		need = p.need
	} else {
		need = selected(ctx, "nodes").With(selected(ctx, "edges", "node"))
	}
	connection, err := r.service.Connection(ctx, req.scope, reading.ConnectionArgs{
		Filter: reportFilter(filter),
		Order:  store.Order{Field: orderBy.Field, Descending: orderBy.Direction},
		First:  first, After: after, Last: last, Before: before,
	}, need)
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

// values are what a list of pointers points to.
func values[T any](pointers []*T) []T {
	list := make([]T, len(pointers))
	for i, p := range pointers {
		list[i] = *p
	}
	return list
}

// pointers are a list of pointers to the entries of list.
func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
