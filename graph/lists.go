package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
)

// SetClientFields sets custom fields.
func (r mutationResolver) SetClientFields(ctx context.Context, clientID client.ID, fields []model.Values, expectedVersion *int64, idempotencyKey *string) (*model.SetClientFieldsPayload, error) {
	result, err := r.service.SetFields(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, valuesOf(fields), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.SetClientFieldsPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// RemoveClientFields clears custom fields.
func (r mutationResolver) RemoveClientFields(ctx context.Context, clientID client.ID, fields []*client.ID, expectedVersion *int64, idempotencyKey *string) (*model.RemoveClientFieldsPayload, error) {
	result, err := r.service.RemoveFields(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, values(fields), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.RemoveClientFieldsPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// AddClientTags adds tags to a client.
func (r mutationResolver) AddClientTags(ctx context.Context, clientID client.ID, tags []string, expectedVersion *int64, idempotencyKey *string) (*model.AddClientTagsPayload, error) {
	result, err := r.service.AddTags(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, tags, expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.AddClientTagsPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// RemoveClientTags removes tags from a client.
func (r mutationResolver) RemoveClientTags(ctx context.Context, clientID client.ID, tags []string, expectedVersion *int64, idempotencyKey *string) (*model.RemoveClientTagsPayload, error) {
	result, err := r.service.RemoveTags(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, tags, expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.RemoveClientTagsPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// AddClientViewers adds viewers to a client.
func (r mutationResolver) AddClientViewers(ctx context.Context, clientID client.ID, viewers []*client.ID, expectedVersion *int64, idempotencyKey *string) (*model.AddClientViewersPayload, error) {
	result, err := r.service.AddViewers(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, values(viewers), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.AddClientViewersPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}

// RemoveClientViewers removes viewers from a client.
func (r mutationResolver) RemoveClientViewers(ctx context.Context, clientID client.ID, viewers []*client.ID, expectedVersion *int64, idempotencyKey *string) (*model.RemoveClientViewersPayload, error) {
	result, err := r.service.RemoveViewers(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), clientID, values(viewers), expectedVersion)
	node, userErrors, err := answer(ctx, result, err)
	if err != nil || answersPayload(ctx, result, userErrors) {
		return nil, err
	}
	return &model.RemoveClientViewersPayload{Client: node, UserErrors: userErrors, Conflict: result.Conflict}, nil
}
