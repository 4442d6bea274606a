package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

type webhookDocument struct {
	WebhookID      int64      `bson:"_id"`
	BusinessID     int64      `bson:"businessId"`
	URL            string     `bson:"url"`
	Description    *string    `bson:"description,omitempty"`
	Kinds          []string   `bson:"kinds,omitempty"`
	Enabled        bool       `bson:"enabled"`
	DisabledReason *string    `bson:"disabledReason,omitempty"`
	CreatedDate    time.Time  `bson:"createdDate"`
	ModifiedDate   time.Time  `bson:"modifiedDate"`
	Version        int64      `bson:"version"`
	Secret         []byte     `bson:"secret"`
	Previous       []byte     `bson:"previousSecret,omitempty"`
	PreviousUntil  *time.Time `bson:"previousUntil,omitempty"`

	// How far delivering has come; see store.WebhookState.
	Queued       int64      `bson:"queued"`
	Done         int64      `bson:"done"`
	Failures     int        `bson:"failures"`
	FailingSince *time.Time `bson:"failingSince,omitempty"`
	PausedUntil  time.Time  `bson:"pausedUntil"`

	// Revision rises whenever somebody else than who delivers writes the document: who
	// delivers reads it again.
	Revision int64 `bson:"revision"`
	// Owner is the process that delivers, and Until for how long.
	Owner string    `bson:"owner"`
	Until time.Time `bson:"until"`
}

func (d *webhookDocument) webhook() store.Webhook {
	webhook := store.Webhook{
		WebhookID: d.WebhookID, BusinessID: d.BusinessID, URL: d.URL, Description: d.Description, Enabled: d.Enabled,
		CreatedDate: d.CreatedDate.UTC(), ModifiedDate: d.ModifiedDate.UTC(), Version: d.Version,
		FailingSince: utc(d.FailingSince), PreviousSecretExpires: utc(d.PreviousUntil),
		Secret: d.Secret, PreviousSecret: d.Previous,
	}
	for _, kind := range d.Kinds {
		webhook.Kinds = append(webhook.Kinds, history.Kind(kind))
	}
	if d.DisabledReason != nil {
		webhook.DisabledReason = new(store.WebhookDisabledReason(*d.DisabledReason))
	}
	return webhook
}

func (d *webhookDocument) state() store.WebhookState {
	return store.WebhookState{Queued: d.Queued, Done: d.Done, Failures: d.Failures, FailingSince: utc(d.FailingSince), PausedUntil: d.PausedUntil.UTC()}
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}

func encodeWebhook(w store.Webhook) webhookDocument {
	document := webhookDocument{
		WebhookID: w.WebhookID, BusinessID: w.BusinessID, URL: w.URL, Description: w.Description, Enabled: w.Enabled,
		CreatedDate: w.CreatedDate, ModifiedDate: w.ModifiedDate, Version: w.Version,
		Secret: w.Secret, Previous: w.PreviousSecret, PreviousUntil: w.PreviousSecretExpires,
	}
	for _, kind := range w.Kinds {
		document.Kinds = append(document.Kinds, string(kind))
	}
	if w.DisabledReason != nil {
		document.DisabledReason = new(string(*w.DisabledReason))
	}
	return document
}

// keyRevision rises whenever a webhook is changed by somebody else than who delivers.
const keyRevision = "revision"

// webhooks implements store.WebhookStore.
type webhooks struct{ db *mongo.Database }

// webhookTx implements store.WebhookTx.
type webhookTx struct{ *unit }

// Webhooks implements store.WebhookStore.
func (h *webhooks) Webhooks(ctx context.Context, scope client.Scope) ([]store.Webhook, error) {
	found, err := h.findWebhooks(ctx, query.Tenant(scope), 0)
	if err != nil {
		return nil, err
	}
	webhooks := make([]store.Webhook, len(found))
	for i := range found {
		webhooks[i] = found[i].webhook()
	}
	return webhooks, nil
}

func (h *webhooks) findWebhooks(ctx context.Context, filter bson.D, limit int64) ([]webhookDocument, error) {
	cursor, err := h.db.Collection(schema.Webhooks).Find(ctx, filter, options.Find().SetSort(schema.Ascending(schema.FieldID)).SetLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("find webhooks: %w", err)
	}
	var found []webhookDocument
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return found, nil
}

// NextWebhookID implements store.WebhookStore.
func (h *webhooks) NextWebhookID(ctx context.Context) (int64, error) {
	return counters.Increment(ctx, h.db.Collection(schema.Counters), counters.Ref{BusinessID: counters.OfDeployment, Name: schema.FieldWebhook}, 1)
}

// Webhooks implements store.WebhookTx.
func (t *webhookTx) Webhooks(ctx context.Context) ([]store.Webhook, error) {
	if err := t.lock(ctx, schema.Webhooks); err != nil {
		return nil, err
	}
	return t.store.Webhooks(ctx, t.scope)
}

// InsertWebhook implements store.WebhookTx.
func (t *webhookTx) InsertWebhook(ctx context.Context, webhook store.Webhook, after int64) error {
	document := encodeWebhook(webhook)
	document.Queued, document.Done = after, after
	_, err := t.store.db.Collection(schema.Webhooks).InsertOne(ctx, document)
	if mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("%w: %w", store.ErrIDTaken, err)
	}
	if err != nil {
		return fmt.Errorf("write a webhook: %w", err)
	}
	return nil
}

func webhookFilter(key store.WebhookKey) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: key.BusinessID}, {Key: schema.FieldID, Value: key.WebhookID}}
}

// SaveWebhook implements store.WebhookTx. It sets what callers change alone: a process
// that delivers writes to the document too.
func (t *webhookTx) SaveWebhook(ctx context.Context, webhook store.Webhook, renewed bool) error {
	d := encodeWebhook(webhook)
	set, unset := bson.D{
		{Key: "url", Value: d.URL},
		{Key: schema.FieldEnabled, Value: d.Enabled},
		{Key: "modifiedDate", Value: d.ModifiedDate},
		{Key: schema.FieldVersion, Value: d.Version},
		{Key: "secret", Value: d.Secret},
	}, bson.D{}
	optional := func(key string, value any, there bool) {
		if there {
			set = append(set, bson.E{Key: key, Value: value})
		} else {
			unset = append(unset, bson.E{Key: key, Value: ""})
		}
	}
	optional("description", d.Description, d.Description != nil)
	optional("kinds", d.Kinds, len(d.Kinds) > 0)
	optional("disabledReason", d.DisabledReason, d.DisabledReason != nil)
	optional("previousSecret", d.Previous, d.Previous != nil)
	optional("previousUntil", d.PreviousUntil, d.PreviousUntil != nil)
	if renewed {
		set = append(set, bson.E{Key: "failures", Value: 0}, bson.E{Key: "pausedUntil", Value: time.Time{}})
		unset = append(unset, bson.E{Key: "failingSince", Value: ""})
	}
	update := bson.D{{Key: "$set", Value: set}, {Key: "$inc", Value: bson.D{{Key: keyRevision, Value: int64(1)}}}}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	if _, err := t.store.db.Collection(schema.Webhooks).UpdateOne(ctx, webhookFilter(webhook.Key()), update); err != nil {
		return fmt.Errorf("write a webhook: %w", err)
	}
	if !renewed {
		return nil
	}
	return t.store.hasten(ctx, webhook.Key(), "firstAttempt", "nextAttempt")
}

// DeleteWebhook implements store.WebhookTx. There are a few thousand deliveries at
// most.
func (t *webhookTx) DeleteWebhook(ctx context.Context, webhookID int64) error {
	if _, err := t.store.db.Collection(schema.Webhooks).DeleteOne(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: webhookID})); err != nil {
		return fmt.Errorf("delete a webhook: %w", err)
	}
	if _, err := t.store.db.Collection(schema.Deliveries).DeleteMany(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldWebhook, Value: webhookID})); err != nil {
		return fmt.Errorf("delete the deliveries of a webhook: %w", err)
	}
	return nil
}
