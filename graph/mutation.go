package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/observe"
	"clientgraph/internal/service/writing"
)

// CreateClient creates a client.
func (r mutationResolver) CreateClient(ctx context.Context, input model.Values, idempotencyKey *string) (*model.CreateClientPayload, error) {
	result, err := r.service.Create(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), client.Values(input))
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.CreateClientPayload{Client: node, UserErrors: userErrors}, nil
}

// PatchClient changes the properties that a patch names.
func (r mutationResolver) PatchClient(ctx context.Context, clientID client.ID, patch model.Values, expectedVersion *int64, idempotencyKey *string) (*model.PatchClientPayload, error) {
	result, err := r.service.Patch(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, client.Values(patch), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.PatchClientPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// UpdateClient replaces a client's properties.
func (r mutationResolver) UpdateClient(ctx context.Context, clientID client.ID, input model.Values, expectedVersion *int64, idempotencyKey *string) (*model.UpdateClientPayload, error) {
	result, err := r.service.Update(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, client.Values(input), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.UpdateClientPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// UpsertClient changes the client with a key, or creates it.
func (r mutationResolver) UpsertClient(ctx context.Context, by writing.UpsertKey, input model.Values, expectedVersion *int64, idempotencyKey *string) (*model.UpsertClientPayload, error) {
	result, err := r.service.Upsert(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), by, client.Values(input), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.UpsertClientPayload{Client: node, Created: result.Created, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// DeleteClient removes a client from all lists.
func (r mutationResolver) DeleteClient(ctx context.Context, clientID client.ID, expectedVersion *int64, idempotencyKey *string) (*model.DeleteClientPayload, error) {
	result, err := r.service.Delete(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.DeleteClientPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// RestoreClient restores a deleted client.
func (r mutationResolver) RestoreClient(ctx context.Context, clientID client.ID, expectedVersion *int64, idempotencyKey *string) (*model.RestoreClientPayload, error) {
	result, err := r.service.Restore(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.RestoreClientPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// answer converts the result of a write to the parts of its payload. Errors that the
// caller can mend are data; a missing permission and internal errors are returned as an
// error.
func answer(ctx context.Context, result writing.Result, err error) (*loader.Client, []*client.Error, error) {
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, nil, err
	}
	return requestOf(ctx).loaders.WrapOne(result.Client), userErrors, nil
}

// userErrorsOf returns the userErrors of a payload: those of the scheduler's entries, and
// those in err. Any other err is returned unchanged.
func userErrorsOf(ctx context.Context, entries client.Errors, err error) ([]*client.Error, error) {
	userErrors := client.AsErrors(err)
	if client.HasCode(err, client.CodeForbidden) || client.HasCode(err, client.CodeTooManyRows) || (err != nil && userErrors == nil) {
		return nil, err
	}
	all := append(append(client.Errors{}, entries...), userErrors...)
	for _, failure := range all {
		observe.Of(ctx).UserError(string(failure.Code))
	}
	return all, nil
}
