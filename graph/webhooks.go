package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// Webhooks returns the webhooks of the business.
func (r queryResolver) Webhooks(ctx context.Context) ([]*store.Webhook, error) {
	webhooks, err := r.service.Webhooks(ctx, requestOf(ctx).scope)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return pointers(webhooks), nil
}

// Webhook returns a webhook of the business.
func (r queryResolver) Webhook(ctx context.Context, webhookID client.ID) (*store.Webhook, error) {
	return r.service.Webhook(ctx, requestOf(ctx).scope, webhookID)
}

// Deliveries returns a page of a webhook's deliveries, also pending ones.
func (r webhookResolver) Deliveries(ctx context.Context, obj *store.Webhook, first int64, after *string, state *store.WebhookDeliveryState) (*model.WebhookDeliveryConnection, error) {
	page, err := r.service.WebhookDeliveries(ctx, requestOf(ctx).scope, obj.WebhookID, first, after, state)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.WebhookDeliveryConnection{DeliveryPage: page}, nil
}

// CreateWebhook creates a webhook.
func (r mutationResolver) CreateWebhook(ctx context.Context, input model.Values, idempotencyKey *string) (*model.CreateWebhookPayload, error) {
	result, err := r.service.CreateWebhook(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), client.Values(input))
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.CreateWebhookPayload{Webhook: result.Webhook, Secret: optional(result.Secret), UserErrors: userErrors}, nil
}

// UpdateWebhook changes the properties of a webhook that the input names.
func (r mutationResolver) UpdateWebhook(ctx context.Context, webhookID client.ID, input model.Values, expectedVersion *int64, idempotencyKey *string) (*model.UpdateWebhookPayload, error) {
	result, err := r.service.UpdateWebhook(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), webhookID, client.Values(input), expectedVersion)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.UpdateWebhookPayload{Webhook: result.Webhook, UserErrors: userErrors}, nil
}

// DeleteWebhook deletes a webhook.
func (r mutationResolver) DeleteWebhook(ctx context.Context, webhookID client.ID, expectedVersion *int64, idempotencyKey *string) (*model.DeleteWebhookPayload, error) {
	result, err := r.service.DeleteWebhook(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), webhookID, expectedVersion)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.DeleteWebhookPayload{Webhook: result.Webhook, UserErrors: userErrors}
	if len(userErrors) == 0 {
		payload.Webhook = nil
		payload.DeletedWebhookID = &client.ID{Number: result.Webhook.WebhookID}
		payload.DeletedWebhookGlobalID = new(result.Webhook.ID())
	}
	return payload, nil
}

// RotateWebhookSecret gives a webhook a new secret.
func (r mutationResolver) RotateWebhookSecret(ctx context.Context, webhookID client.ID, expectedVersion *int64, idempotencyKey *string) (*model.RotateWebhookSecretPayload, error) {
	result, err := r.service.RotateWebhookSecret(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), webhookID, expectedVersion)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.RotateWebhookSecretPayload{Webhook: result.Webhook, Secret: optional(result.Secret), UserErrors: userErrors}, nil
}

// RedeliverWebhook sends a delivery again.
func (r mutationResolver) RedeliverWebhook(ctx context.Context, deliveryID client.ID, idempotencyKey *string) (*model.RedeliverWebhookPayload, error) {
	delivery, err := r.service.RedeliverWebhook(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), deliveryID)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.RedeliverWebhookPayload{UserErrors: userErrors}
	if delivery != nil {
		payload.Delivery = &model.WebhookDelivery{WebhookDelivery: delivery}
	}
	return payload, nil
}

// optional returns nil for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
