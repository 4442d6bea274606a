package webhooks

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// MaxDeliveries bounds the deliveries in one page.
const MaxDeliveries = 100

const inputDelivery = "deliveryId"

// DeliveryPage is a page of a webhook's deliveries, latest first.
type DeliveryPage = reading.LatestPage[store.WebhookDelivery]

// WebhookDeliveries reads a page of the deliveries of a webhook of the caller's business:
// the first ones, 1 to 100, after a cursor, with a state if one is given. Errors:
// FORBIDDEN, OUT_OF_RANGE, INVALID_CURSOR.
func (s *Endpoints) WebhookDeliveries(ctx context.Context, scope client.Scope, webhookID, first int64, after *string, state *store.WebhookDeliveryState) (*DeliveryPage, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	asked, err := reading.AskLatest(fmt.Appendf(nil, "deliveries %d %d", scope.BusinessID, webhookID), first, MaxDeliveries, after)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.WebhookDeliveries(ctx, scope, webhookID, store.WebhookDeliveryQuery{Before: asked.Before, Limit: asked.Limit, State: state})
	if err != nil {
		return nil, fmt.Errorf("find deliveries: %w", err)
	}
	return reading.NewLatestPage(asked, found, func(delivery *store.WebhookDelivery) int64 { return delivery.Place }), nil
}

// RedeliverWebhook sends a delivery again as soon as possible, with the same message and
// a new signature. A pending delivery no longer waits for its next attempt. Errors:
// FORBIDDEN, NOT_FOUND, INVALID_ID.
func (s *Endpoints) RedeliverWebhook(ctx context.Context, scope client.Scope, id client.ID) (*store.WebhookDelivery, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	var delivery *store.WebhookDelivery
	err := s.Write(ctx, scope, writing.Plain(&delivery), func(ctx context.Context, tx store.Tx) error {
		delivery = nil
		if wrong := id.Wrong(client.Path{inputDelivery}); wrong != nil {
			return wrong
		}
		webhooks, err := tx.Webhooks(ctx)
		if err != nil {
			return err
		}
		found, err := tx.WebhookDelivery(ctx, id.As(client.TypeWebhookDelivery))
		if err != nil {
			return err
		}
		var of *store.Webhook
		if found != nil {
			of = byID(webhooks, client.ID{Number: found.WebhookID})
		}
		if of == nil {
			return notFound(inputDelivery, "want the id of a delivery that is kept, of a webhook of the business")
		}
		found.State, found.FirstAttemptDate, found.NextAttemptDate = store.DeliveryPending, nil, nil
		delivery = found
		if err := tx.PutWebhookDelivery(ctx, *found); err != nil {
			return err
		}
		return tx.SaveWebhook(ctx, *of, true)
	})
	if err != nil {
		return nil, err
	}
	s.signalChanged()
	return delivery, nil
}
