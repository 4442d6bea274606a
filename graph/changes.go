package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/loader"
)

// ClientChanges returns a part of the change feed of the clients that the caller sees.
func (r queryResolver) ClientChanges(ctx context.Context, since *string, first int64) (*model.ClientChanges, error) {
	req := requestOf(ctx)
	found, err := r.service.ClientChanges(ctx, req.scope, since, first, selected(ctx, "changes", "client"))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return model.NewClientChanges(found, req.loaders), nil
}

// FieldDefinitionsVersion returns the version of the custom fields.
func (clientChangesResolver) FieldDefinitionsVersion(ctx context.Context, obj *model.ClientChanges) (int64, error) {
	return definitionsVersion(ctx, obj.Loaders)
}

// FieldDefinitionsVersion returns the version of the custom fields.
func (clientChangeResolver) FieldDefinitionsVersion(ctx context.Context, obj *model.ClientChange) (int64, error) {
	return definitionsVersion(ctx, obj.Loaders)
}

func definitionsVersion(ctx context.Context, loaders *loader.Loaders) (int64, error) {
	definitions, err := loaders.Definitions(ctx)
	if err != nil {
		return 0, fail(ctx, err)
	}
	return definitions.Version(), nil
}

// History returns a page of a merged client's history.
func (mergedClientResolver) History(ctx context.Context, obj *model.MergedClient, first int64, after *string) (*model.HistoryConnection, error) {
	page, err := obj.Survivor.MergedHistory(ctx, obj.ClientID, first, after)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.HistoryConnection{HistoryPage: page}, nil
}

// History returns a page of the client's history.
func (clientResolver) History(ctx context.Context, obj *loader.Client, first int64, after *string) (*model.HistoryConnection, error) {
	page, err := obj.History(ctx, first, after)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.HistoryConnection{HistoryPage: page}, nil
}
