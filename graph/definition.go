package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
)

// FieldDefinitions returns the custom fields of the business.
func (r queryResolver) FieldDefinitions(ctx context.Context, includeRetired bool) ([]*client.FieldDefinition, error) {
	definitions, err := r.service.FieldDefinitions(ctx, requestOf(ctx).scope, includeRetired)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return pointers(definitions), nil
}

// CreateFieldDefinition creates a custom field.
func (r mutationResolver) CreateFieldDefinition(ctx context.Context, input model.Values, idempotencyKey *string) (*model.CreateFieldDefinitionPayload, error) {
	definition, err := r.service.CreateDefinition(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), client.Values(input))
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.CreateFieldDefinitionPayload{FieldDefinition: definition, UserErrors: userErrors}, nil
}

// UpdateFieldDefinition changes the label or the choices of a custom field.
func (r mutationResolver) UpdateFieldDefinition(ctx context.Context, id client.ID, input model.Values, expectedVersion *int64, idempotencyKey *string) (*model.UpdateFieldDefinitionPayload, error) {
	definition, err := r.service.UpdateDefinition(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), id, client.Values(input), expectedVersion)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.UpdateFieldDefinitionPayload{FieldDefinition: definition, UserErrors: userErrors}, nil
}

// RetireFieldDefinition takes a custom field out of use.
func (r mutationResolver) RetireFieldDefinition(ctx context.Context, id client.ID, expectedVersion *int64, idempotencyKey *string) (*model.RetireFieldDefinitionPayload, error) {
	definition, err := r.service.RetireDefinition(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), id, expectedVersion)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.RetireFieldDefinitionPayload{FieldDefinition: definition, UserErrors: userErrors}, nil
}
