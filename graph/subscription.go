package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/clientsync"
	"clientgraph/internal/store"
)

// ClientChanged sends changes of clients.
func (r subscriptionResolver) ClientChanged(ctx context.Context, clientIds []*client.ID, after *string) (<-chan *model.ClientChange, error) {
	req := requestOf(ctx)
	watch, err := r.service.WatchChanges(ctx, req.scope, clientsync.WatchArgs{ClientIDs: watched(clientIds), After: after, Need: selected(ctx, "client")})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return events(ctx, r.service, func() ([]*model.ClientChange, error) {
		found, err := watch.Next(ctx)
		// What was loaded for earlier changes is out of date.
		loaders := loader.New(r.service.Reads, watch.Scope())
		return model.NewClientChanges(&clientsync.SyncPart{Changes: found}, loaders).Changes, err
	}), nil
}

// ClientListChanged sends the changes of a list.
func (r subscriptionResolver) ClientListChanged(ctx context.Context, filter *model.ClientReportFilter, orderBy model.ClientOrder, first int64, after *string) (<-chan *model.ClientListChange, error) {
	req := requestOf(ctx)
	watch, err := r.service.WatchList(ctx, req.scope, clientsync.ListArgs{
		Filter: reportFilter(filter),
		Order:  store.Order{Field: orderBy.Field, Descending: orderBy.Direction},
		First:  first,
		After:  after,
		Need:   selected(ctx, "client").With(selected(ctx, "clients")),
	})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return events(ctx, r.service, func() ([]*model.ClientListChange, error) {
		found, err := watch.Next(ctx)
		return model.NewClientListChanges(found, loader.New(r.service.Reads, watch.Scope())), err
	}), nil
}

// BrokenOff returns why the context's subscription was ended by the server; nil if it was
// not.
func BrokenOff(ctx context.Context) error {
	return requestOf(ctx).brokenOff
}

// watched returns the clients to watch; nil, which means all, if none are named.
func watched(ids []*client.ID) []client.ID {
	if ids == nil {
		return nil
	}
	return values(ids)
}
