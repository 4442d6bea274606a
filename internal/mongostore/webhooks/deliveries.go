package webhooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

type deliveryDocument struct {
	DeliveryID         int64     `bson:"_id"`
	BusinessID         int64     `bson:"businessId"`
	WebhookID          int64     `bson:"webhookId"`
	Place              int64     `bson:"place"`
	MessageID          string    `bson:"messageId"`
	Kind               string    `bson:"kind"`
	ClientID           int64     `bson:"clientId"`
	Version            int64     `bson:"version,omitempty"`
	MergedIntoClientID *int64    `bson:"mergedIntoClientId,omitempty"`
	ChangedFields      []string  `bson:"changedFields,omitempty"`
	At                 time.Time `bson:"at"`

	State    string     `bson:"state"`
	Attempts int64      `bson:"attempts"`
	First    *time.Time `bson:"firstAttempt,omitempty"`
	Last     *time.Time `bson:"lastAttempt,omitempty"`
	Next     *time.Time `bson:"nextAttempt,omitempty"`
	Failure  *string    `bson:"failure,omitempty"`
	Status   *int64     `bson:"status,omitempty"`
}

func encodeDelivery(d store.WebhookDelivery) deliveryDocument {
	return deliveryDocument{
		DeliveryID: d.DeliveryID, BusinessID: d.BusinessID, WebhookID: d.WebhookID, Place: d.Place, MessageID: d.MessageID,
		Kind: string(d.Kind), ClientID: d.ClientID, Version: d.Version, MergedIntoClientID: d.MergedIntoClientID,
		ChangedFields: d.ChangedFields, At: d.ChangedDate,
		State: string(d.State), Attempts: d.Attempts, First: d.FirstAttemptDate, Last: d.LastAttemptDate, Next: d.NextAttemptDate,
		Failure: (*string)(d.Failure), Status: d.Status,
	}
}

func (d *deliveryDocument) delivery() store.WebhookDelivery {
	return store.WebhookDelivery{
		DeliveryID: d.DeliveryID, BusinessID: d.BusinessID, WebhookID: d.WebhookID, Place: d.Place, MessageID: d.MessageID,
		Kind: history.Kind(d.Kind), ClientID: d.ClientID, Version: d.Version, MergedIntoClientID: d.MergedIntoClientID,
		ChangedFields: d.ChangedFields, ChangedDate: d.At,
		State: store.WebhookDeliveryState(d.State), Attempts: d.Attempts,
		FirstAttemptDate: d.First, LastAttemptDate: d.Last, NextAttemptDate: d.Next,
		Failure: (*store.WebhookFailure)(d.Failure), Status: d.Status,
	}
}

// WebhookDeliveries implements store.WebhookStore.
func (h *WebhookStore) WebhookDeliveries(ctx context.Context, scope client.Scope, webhookID int64, asked store.WebhookDeliveryQuery) ([]store.WebhookDelivery, error) {
	filter := append(query.Tenant(scope), bson.E{Key: schema.FieldWebhook, Value: webhookID})
	if asked.State != nil {
		filter = append(filter, bson.E{Key: schema.FieldState, Value: string(*asked.State)})
	}
	if asked.Before != 0 {
		filter = append(filter, bson.E{Key: schema.FieldPlace, Value: bson.D{{Key: "$lt", Value: asked.Before}}})
	}
	return h.findDeliveries(ctx, filter, options.Find().SetSort(bson.D{{Key: schema.FieldPlace, Value: -1}}).SetLimit(asked.Limit))
}

// ClientDeliveries implements store.ExportStore.
func (h *WebhookStore) ClientDeliveries(ctx context.Context, scope client.Scope, clientIDs []int64) ([]store.WebhookDelivery, error) {
	deliveries, err := h.findDeliveries(ctx, append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: query.In(query.NonNil(clientIDs))}), options.Find())
	slices.SortFunc(deliveries, func(a, b store.WebhookDelivery) int {
		return cmp.Or(cmp.Compare(a.WebhookID, b.WebhookID), cmp.Compare(a.Place, b.Place))
	})
	return deliveries, err
}

func (h *WebhookStore) findDeliveries(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) ([]store.WebhookDelivery, error) {
	found, err := query.FindRows[deliveryDocument](ctx, h.db.Collection(schema.Deliveries), "deliveries", filter, o)
	if err != nil {
		return nil, err
	}
	deliveries := make([]store.WebhookDelivery, len(found))
	for i := range found {
		deliveries[i] = found[i].delivery()
	}
	return deliveries, nil
}

func deliveryFilter(businessID, deliveryID int64) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: deliveryID}}
}

// WebhookDelivery implements store.WebhookTx.
func (t WebhookTx) WebhookDelivery(ctx context.Context, deliveryID int64) (*store.WebhookDelivery, error) {
	var found deliveryDocument
	err := t.webhooks.db.Collection(schema.Deliveries).FindOne(ctx, deliveryFilter(t.scope.BusinessID, deliveryID)).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a delivery: %w", err)
	}
	return new(found.delivery()), nil
}

// PutWebhookDelivery implements store.WebhookTx.
func (t WebhookTx) PutWebhookDelivery(ctx context.Context, delivery store.WebhookDelivery) error {
	return t.webhooks.putDelivery(ctx, delivery)
}

// putDelivery writes the progress of a delivery, if it still exists.
func (h *WebhookStore) putDelivery(ctx context.Context, d store.WebhookDelivery) error {
	set := bson.D{{Key: schema.FieldState, Value: string(d.State)}, {Key: "attempts", Value: d.Attempts}}
	unset := bson.D{}
	for _, part := range []struct {
		key   string
		value any
		there bool
	}{
		{"firstAttempt", d.FirstAttemptDate, d.FirstAttemptDate != nil},
		{"lastAttempt", d.LastAttemptDate, d.LastAttemptDate != nil},
		{"nextAttempt", d.NextAttemptDate, d.NextAttemptDate != nil},
		{"failure", d.Failure, d.Failure != nil},
		{"status", d.Status, d.Status != nil},
	} {
		if part.there {
			set = append(set, bson.E{Key: part.key, Value: part.value})
		} else {
			unset = append(unset, bson.E{Key: part.key, Value: ""})
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	if _, err := h.db.Collection(schema.Deliveries).UpdateOne(ctx, deliveryFilter(d.BusinessID, d.DeliveryID), update); err != nil {
		return fmt.Errorf("write a delivery: %w", err)
	}
	return nil
}
