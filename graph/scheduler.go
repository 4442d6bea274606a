package graph

import (
	"context"
	"time"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/scheduler"
	"clientgraph/internal/store"
)

// RecordAppointments takes in appointments that the scheduler made or changed.
func (r mutationResolver) RecordAppointments(ctx context.Context, appointments []model.Values, idempotencyKey *string) (*model.RecordAppointmentsPayload, error) {
	result, err := r.service.RecordAppointments(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), feedOf(appointments))
	userErrors, err := userErrorsOf(ctx, result.Errors, err)
	if err != nil {
		return nil, err
	}
	return &model.RecordAppointmentsPayload{Recorded: result.Changed, UserErrors: userErrors}, nil
}

// RemoveAppointments takes in that the scheduler has appointments no more.
func (r mutationResolver) RemoveAppointments(ctx context.Context, appointments []model.Values, idempotencyKey *string) (*model.RemoveAppointmentsPayload, error) {
	result, err := r.service.RemoveAppointments(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), feedOf(appointments))
	userErrors, err := userErrorsOf(ctx, result.Errors, err)
	if err != nil {
		return nil, err
	}
	return &model.RemoveAppointmentsPayload{Removed: result.Changed, UserErrors: userErrors}, nil
}

// RecordClientForms takes in forms that clients signed.
func (r mutationResolver) RecordClientForms(ctx context.Context, forms []model.Values, idempotencyKey *string) (*model.RecordClientFormsPayload, error) {
	result, err := r.service.RecordForms(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), feedOf(forms))
	userErrors, err := userErrorsOf(ctx, result.Errors, err)
	if err != nil {
		return nil, err
	}
	return &model.RecordClientFormsPayload{Recorded: result.Changed, UserErrors: userErrors}, nil
}

// PutLocationGroup takes in a location group that the scheduler made or changed.
func (r mutationResolver) PutLocationGroup(ctx context.Context, input model.Values, idempotencyKey *string) (*model.PutLocationGroupPayload, error) {
	result, err := r.service.PutLocationGroup(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), client.Values(input), false)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.PutLocationGroupPayload{LocationGroup: result.Group, UserErrors: userErrors}, nil
}

// DeleteLocationGroup takes in that the scheduler has a location group no more.
func (r mutationResolver) DeleteLocationGroup(ctx context.Context, locationGroupID client.ID, modifiedDate time.Time, idempotencyKey *string) (*model.DeleteLocationGroupPayload, error) {
	result, err := r.service.DeleteLocationGroup(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), locationGroupID, modifiedDate)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.DeleteLocationGroupPayload{LocationGroup: result.Group, UserErrors: userErrors}, nil
}

// LocationGroups answers the location groups of the business.
func (r queryResolver) LocationGroups(ctx context.Context) ([]*store.LocationGroup, error) {
	groups, err := r.service.LocationGroups(ctx, requestOf(ctx).scope)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return pointers(groups), nil
}

func feedOf(entries []model.Values) scheduler.Feed { return scheduler.Feed{Entries: valuesOf(entries)} }
