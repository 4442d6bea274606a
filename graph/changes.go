package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/loader"
)

// ClientChanges answers what changed among the clients that the caller sees.
func (r queryResolver) ClientChanges(ctx context.Context, since *string, first int64) (*model.ClientChanges, error) {
	req := requestOf(ctx)
	found, err := r.service.ClientChanges(ctx, req.scope, since, first, selected(ctx, "changes", "client"))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return model.NewClientChanges(found, req.loaders), nil
}

// History answers what happened to the client.
func (clientResolver) History(ctx context.Context, obj *loader.Client, first int64, after *string) (*model.HistoryConnection, error) {
	page, err := obj.History(ctx, first, after)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.HistoryConnection{HistoryPage: page}, nil
}
