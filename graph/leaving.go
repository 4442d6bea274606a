package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/personaldata"
)

// ExportClientData returns everything that is stored about a client.
func (r queryResolver) ExportClientData(ctx context.Context, clientID client.ID) (*model.ClientDataExport, error) {
	data, err := r.service.ExportData(ctx, requestOf(ctx).scope, clientID)
	if err != nil || data == nil {
		return nil, err
	}
	return &model.ClientDataExport{Export: data}, nil
}

// EraseClient erases a client for good.
func (r mutationResolver) EraseClient(ctx context.Context, clientID, confirmClientID client.ID, expectedVersion int64, idempotencyKey *string) (*model.EraseClientPayload, error) {
	args := personaldata.EraseArgs{ID: clientID, Confirm: confirmClientID, ExpectedVersion: expectedVersion}
	result, err := r.service.Erase(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), args)
	node, userErrors, err := answer(ctx, result.Result, err)
	if err != nil {
		return nil, err
	}
	erased := make([]*client.ID, len(result.ErasedClientIDs))
	for i, id := range result.ErasedClientIDs {
		erased[i] = &client.ID{Number: id}
	}
	return &model.EraseClientPayload{ErasedClientIds: erased, ErasedClientGlobalIds: client.GlobalIDs(result.ErasedClientIDs), Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}
