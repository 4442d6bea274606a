package webhooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// claimsAtOnce bounds the webhooks that a process takes at once.
const claimsAtOnce = 1_000

// ClaimWebhooks implements store.WebhookQueue.
func (h *WebhookStore) ClaimWebhooks(ctx context.Context, owner string, now, until time.Time) ([]store.WebhookKey, error) {
	free := bson.D{{Key: schema.FieldEnabled, Value: true}, {Key: schema.FieldUntil, Value: bson.D{{Key: "$lt", Value: now}}}}
	found, err := h.find(ctx, free, options.Find().SetLimit(claimsAtOnce).SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}}))
	if err != nil {
		return nil, err
	}
	var claimed []store.WebhookKey
	for _, d := range found {
		key := store.WebhookKey{BusinessID: d.BusinessID, WebhookID: d.WebhookID}
		// Another process may have been first.
		result, err := h.db.Collection(schema.Webhooks).UpdateOne(ctx, append(webhookFilter(key), free...),
			bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldOwner, Value: owner}, {Key: schema.FieldUntil, Value: until}}}})
		if err != nil {
			return claimed, fmt.Errorf("claim a webhook: %w", err)
		}
		if result.MatchedCount == 1 {
			claimed = append(claimed, key)
		}
	}
	return claimed, nil
}

// setOwned sets fields in all webhooks of some businesses that an owner has.
func (h *WebhookStore) setOwned(ctx context.Context, owner string, businessIDs []int64, set bson.D) error {
	for chunk := range slices.Chunk(businessIDs, query.IDChunk) {
		updates := make([]mongo.WriteModel, len(chunk))
		for i, id := range chunk {
			updates[i] = mongo.NewUpdateManyModel().
				SetFilter(bson.D{{Key: schema.FieldBusiness, Value: id}, {Key: schema.FieldOwner, Value: owner}}).SetUpdate(bson.D{{Key: "$set", Value: set}})
		}
		if _, err := h.db.Collection(schema.Webhooks).BulkWrite(ctx, updates, options.BulkWrite().SetOrdered(false)); err != nil {
			return fmt.Errorf("write who delivers to webhooks: %w", err)
		}
	}
	return nil
}

// RenewWebhookLeases implements store.WebhookQueue.
func (h *WebhookStore) RenewWebhookLeases(ctx context.Context, owner string, businessIDs []int64, until time.Time) ([]store.HeldWebhook, error) {
	if err := h.setOwned(ctx, owner, businessIDs, bson.D{{Key: schema.FieldUntil, Value: until}}); err != nil {
		return nil, err
	}
	found, err := h.find(ctx, bson.D{{Key: schema.FieldOwner, Value: owner}},
		options.Find().SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}, {Key: keyRevision, Value: 1}}))
	if err != nil {
		return nil, err
	}
	held := make([]store.HeldWebhook, len(found))
	for i, d := range found {
		held[i] = store.HeldWebhook{WebhookKey: store.WebhookKey{BusinessID: d.BusinessID, WebhookID: d.WebhookID}, Revision: d.Revision}
	}
	return held, nil
}

// ReleaseWebhooks implements store.WebhookQueue.
func (h *WebhookStore) ReleaseWebhooks(ctx context.Context, owner string, businessIDs []int64) error {
	return h.setOwned(ctx, owner, businessIDs, bson.D{{Key: schema.FieldOwner, Value: ""}, {Key: schema.FieldUntil, Value: time.Time{}}})
}

// OpenWebhook implements store.WebhookQueue.
func (h *WebhookStore) OpenWebhook(ctx context.Context, owner string, key store.WebhookKey) (*store.OpenWebhook, error) {
	var found document
	err := h.db.Collection(schema.Webhooks).FindOne(ctx, webhookFilter(key)).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && (found.Owner != owner || !found.Enabled) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a webhook: %w", err)
	}
	return &store.OpenWebhook{Webhook: found.webhook(), State: found.state(), Revision: found.Revision}, nil
}

func ownedFilter(owner string, open *store.OpenWebhook) bson.D {
	return append(webhookFilter(open.Key()), bson.E{Key: schema.FieldOwner, Value: owner}, bson.E{Key: keyRevision, Value: open.Revision})
}

// SaveWebhookState implements store.WebhookQueue.
func (h *WebhookStore) SaveWebhookState(ctx context.Context, owner string, open *store.OpenWebhook) (bool, error) {
	state := open.State
	set := bson.D{
		{Key: "queued", Value: state.Queued},
		{Key: "done", Value: state.Done},
		{Key: "failures", Value: state.Failures},
		{Key: "pausedUntil", Value: state.PausedUntil},
	}
	var update bson.D
	if state.FailingSince != nil {
		update = bson.D{{Key: "$set", Value: append(set, bson.E{Key: "failingSince", Value: *state.FailingSince})}}
	} else {
		update = bson.D{{Key: "$set", Value: set}, {Key: "$unset", Value: bson.D{{Key: "failingSince", Value: ""}}}}
	}
	result, err := h.db.Collection(schema.Webhooks).UpdateOne(ctx, ownedFilter(owner, open), update)
	if err != nil {
		return false, fmt.Errorf("write how far a webhook has come: %w", err)
	}
	return result.MatchedCount == 1, nil
}

// DisableWebhook implements store.WebhookQueue.
func (h *WebhookStore) DisableWebhook(ctx context.Context, owner string, open *store.OpenWebhook, reason store.WebhookDisabledReason) error {
	_, err := h.db.Collection(schema.Webhooks).UpdateOne(ctx, ownedFilter(owner, open), bson.D{
		{Key: "$set", Value: bson.D{{Key: schema.FieldEnabled, Value: false}, {Key: "disabledReason", Value: string(reason)}}},
		{Key: "$inc", Value: bson.D{{Key: schema.FieldVersion, Value: int64(1)}, {Key: keyRevision, Value: int64(1)}}},
	})
	if err != nil {
		return fmt.Errorf("disable a webhook: %w", err)
	}
	return nil
}

func deliveriesOf(key store.WebhookKey) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: key.BusinessID}, {Key: schema.FieldWebhook, Value: key.WebhookID}}
}

func pendingOf(key store.WebhookKey) bson.D {
	return append(deliveriesOf(key), bson.E{Key: schema.FieldState, Value: string(store.DeliveryPending)})
}

// deliveryCounter is the counter of delivery ids.
const deliveryCounter = "webhookDeliveryId"

// QueueDeliveries implements store.WebhookQueue. A process that died may have stored some
// of them already.
func (h *WebhookStore) QueueDeliveries(ctx context.Context, key store.WebhookKey, deliveries []store.WebhookDelivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	places := bson.D{{Key: "$gte", Value: deliveries[0].Place}, {Key: "$lte", Value: deliveries[len(deliveries)-1].Place}}
	stored, err := h.findDeliveries(ctx, append(deliveriesOf(key), bson.E{Key: schema.FieldPlace, Value: places}), options.Find().SetProjection(bson.D{{Key: schema.FieldPlace, Value: 1}}))
	if err != nil {
		return err
	}
	there := map[int64]bool{}
	for i := range stored {
		there[stored[i].Place] = true
	}
	last, err := counters.Increment(ctx, h.db.Collection(schema.Counters), counters.Ref{BusinessID: counters.OfDeployment, Name: deliveryCounter}, int64(len(deliveries)))
	if err != nil {
		return err
	}
	var documents []any
	clients := map[int64]bool{}
	for i, d := range deliveries {
		if there[d.Place] {
			continue
		}
		d.BusinessID, d.WebhookID = key.BusinessID, key.WebhookID
		d.DeliveryID = last - int64(len(deliveries)) + 1 + int64(i)
		documents = append(documents, encodeDelivery(d))
		clients[d.ClientID] = true
	}
	if len(documents) == 0 {
		return nil
	}
	if _, err := h.db.Collection(schema.Deliveries).InsertMany(ctx, documents); err != nil {
		return fmt.Errorf("write deliveries: %w", err)
	}
	return h.forgetErased(ctx, key.BusinessID, clients)
}

// forgetErased deletes the deliveries of clients that were erased meanwhile: their purge
// may have run before these deliveries were written.
func (h *WebhookStore) forgetErased(ctx context.Context, businessID int64, clients map[int64]bool) error {
	ids := make([]int64, 0, len(clients))
	for id := range clients {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		erased, err := query.Erased(ctx, h.db, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: query.In(chunk)}})
		if err != nil {
			return err
		}
		if len(erased) == 0 {
			continue
		}
		if err := h.ForgetDeliveries(ctx, businessID, erased); err != nil {
			return err
		}
	}
	return nil
}

// ForgetDeliveries deletes the deliveries about erased clients, except those of the
// erasures, which receivers must get.
func (h *WebhookStore) ForgetDeliveries(ctx context.Context, businessID int64, clientIDs []int64) error {
	_, err := h.db.Collection(schema.Deliveries).DeleteMany(ctx, bson.D{
		{Key: schema.FieldBusiness, Value: businessID},
		{Key: schema.FieldClient, Value: query.In(clientIDs)},
		{Key: "kind", Value: bson.D{{Key: "$ne", Value: string(history.KindErased)}}},
	})
	if err != nil {
		return fmt.Errorf("delete the deliveries about erased clients: %w", err)
	}
	return nil
}

// PendingDeliveries implements store.WebhookQueue.
func (h *WebhookStore) PendingDeliveries(ctx context.Context, key store.WebhookKey, limit int64) ([]store.WebhookDelivery, error) {
	return h.findDeliveries(ctx, pendingOf(key), options.Find().SetSort(schema.Ascending(schema.FieldPlace)).SetLimit(limit))
}

// FinishAttempt implements store.WebhookQueue.
func (h *WebhookStore) FinishAttempt(ctx context.Context, delivery store.WebhookDelivery) error {
	return h.putDelivery(ctx, delivery)
}

// RetryDeliveriesNow implements store.WebhookQueue.
func (h *WebhookStore) RetryDeliveriesNow(ctx context.Context, key store.WebhookKey) error {
	return h.hasten(ctx, key, "nextAttempt")
}

// hasten removes date fields from the pending deliveries of a webhook, so that they no
// longer wait.
func (h *WebhookStore) hasten(ctx context.Context, key store.WebhookKey, dates ...string) error {
	unset := bson.D{}
	for _, date := range dates {
		unset = append(unset, bson.E{Key: date, Value: ""})
	}
	if _, err := h.db.Collection(schema.Deliveries).UpdateMany(ctx, pendingOf(key), bson.D{{Key: "$unset", Value: unset}}); err != nil {
		return fmt.Errorf("hasten deliveries: %w", err)
	}
	return nil
}

// DropDeliveries implements store.WebhookQueue.
func (h *WebhookStore) DropDeliveries(ctx context.Context, key store.WebhookKey) error {
	if _, err := h.db.Collection(schema.Deliveries).DeleteMany(ctx, pendingOf(key)); err != nil {
		return fmt.Errorf("drop deliveries: %w", err)
	}
	return nil
}

// TrimDeliveries implements store.WebhookQueue.
func (h *WebhookStore) TrimDeliveries(ctx context.Context, key store.WebhookKey, keep int64) error {
	for _, state := range []store.WebhookDeliveryState{store.DeliverySucceeded, store.DeliveryFailed} {
		of := func(more ...bson.E) bson.D {
			return append(append(deliveriesOf(key), bson.E{Key: schema.FieldState, Value: string(state)}), more...)
		}
		last, err := h.findDeliveries(ctx, of(), options.Find().SetSort(bson.D{{Key: schema.FieldPlace, Value: -1}}).SetSkip(keep).SetLimit(1).
			SetProjection(bson.D{{Key: schema.FieldPlace, Value: 1}}))
		if err != nil {
			return err
		}
		if len(last) == 0 {
			continue
		}
		older := of(bson.E{Key: schema.FieldPlace, Value: bson.D{{Key: "$lte", Value: last[0].Place}}})
		if _, err := h.db.Collection(schema.Deliveries).DeleteMany(ctx, older); err != nil {
			return fmt.Errorf("delete old deliveries: %w", err)
		}
	}
	return nil
}
