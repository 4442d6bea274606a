package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
)

// DuplicateClients returns a page of groups of duplicates.
func (r queryResolver) DuplicateClients(ctx context.Context, first int64, after *string) (*model.DuplicateConnection, error) {
	req := requestOf(ctx)
	need := selected(ctx, "nodes", "clients").With(selected(ctx, "edges", "node", "clients"))
	found, err := r.service.Duplicates(ctx, req.scope, first, after, need)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return model.NewDuplicateConnection(found, req.loaders), nil
}

// EmailAddressInUse says whether a client has that address.
func (r queryResolver) EmailAddressInUse(ctx context.Context, emailAddress string) (*bool, error) {
	used, err := r.service.EmailInUse(ctx, requestOf(ctx).scope, emailAddress)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &used, nil
}

// DismissDuplicates hides pairs that are not duplicates.
func (r mutationResolver) DismissDuplicates(ctx context.Context, clientIds []*client.ID, idempotencyKey *string) (*model.DismissDuplicatesPayload, error) {
	dismissed, err := r.service.DismissDuplicates(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), values(clientIds))
	_, userErrors, err := answer(ctx, writing.Result{}, err)
	if err != nil {
		return nil, err
	}
	return &model.DismissDuplicatesPayload{Dismissed: dismissed, UserErrors: userErrors}, nil
}

// UndismissDuplicates shows dismissed pairs again.
func (r mutationResolver) UndismissDuplicates(ctx context.Context, clientIds []*client.ID, idempotencyKey *string) (*model.UndismissDuplicatesPayload, error) {
	undismissed, err := r.service.UndismissDuplicates(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), values(clientIds))
	_, userErrors, err := answer(ctx, writing.Result{}, err)
	if err != nil {
		return nil, err
	}
	return &model.UndismissDuplicatesPayload{Undismissed: undismissed, UserErrors: userErrors}, nil
}
