// Package webhooks stores webhooks in MongoDB, with their deliveries and the progress of
// delivering.
package webhooks

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

type document struct {
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

	// The progress of delivering; see store.WebhookState.
	Queued       int64      `bson:"queued"`
	Done         int64      `bson:"done"`
	Failures     int        `bson:"failures"`
	FailingSince *time.Time `bson:"failingSince,omitempty"`
	PausedUntil  time.Time  `bson:"pausedUntil"`

	// Revision increases with each write of others than the delivering process, which
	// then reads the document again.
	Revision int64 `bson:"revision"`
	// Owner is the delivering process, Until the end of its lease.
	Owner string    `bson:"owner"`
	Until time.Time `bson:"until"`
}

func (d *document) webhook() store.Webhook {
	webhook := store.Webhook{
		WebhookID: d.WebhookID, BusinessID: d.BusinessID, URL: d.URL, Description: d.Description, Enabled: d.Enabled,
		CreatedDate: d.CreatedDate, ModifiedDate: d.ModifiedDate, Version: d.Version,
		FailingSince: d.FailingSince, PreviousSecretExpires: d.PreviousUntil,
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

func (d *document) state() store.WebhookState {
	return store.WebhookState{Queued: d.Queued, Done: d.Done, Failures: d.Failures, FailingSince: d.FailingSince, PausedUntil: d.PausedUntil}
}

func encodeWebhook(w store.Webhook) document {
	document := document{
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

// keyRevision increases with each change of a webhook by others than the delivering
// process.
const keyRevision = "revision"

// WebhookStore implements store.WebhookStore.
type WebhookStore struct{ db *mongo.Database }

// New returns the store of that database's webhooks.
func New(db *mongo.Database) *WebhookStore { return &WebhookStore{db: db} }

// WebhookTx implements store.WebhookTx. The session of its transaction is in the context
// of each call.
type WebhookTx struct {
	webhooks *WebhookStore
	scope    client.Scope
}

// Tx returns a WebhookTx for the scope's business.
func (h *WebhookStore) Tx(scope client.Scope) WebhookTx { return WebhookTx{h, scope} }

// Webhooks implements store.WebhookStore.
func (h *WebhookStore) Webhooks(ctx context.Context, scope client.Scope) ([]store.Webhook, error) {
	found, err := h.find(ctx, query.Tenant(scope), options.Find().SetSort(schema.Ascending(schema.FieldID)))
	if err != nil {
		return nil, err
	}
	webhooks := make([]store.Webhook, len(found))
	for i := range found {
		webhooks[i] = found[i].webhook()
	}
	return webhooks, nil
}

// find reads webhooks. They do not count as rows of an operation.
func (h *WebhookStore) find(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) ([]document, error) {
	return query.FindAll[document](ctx, h.db.Collection(schema.Webhooks), "webhooks", filter, o)
}

// CountHealth counts the webhooks of all businesses by their health, limit at most.
func (h *WebhookStore) CountHealth(ctx context.Context, limit int64) (map[store.WebhookHealth]int64, error) {
	found, err := h.find(ctx, bson.D{{Key: schema.FieldEnabled, Value: query.In([]bool{true, false})}},
		options.Find().SetLimit(limit).SetProjection(bson.D{{Key: schema.FieldEnabled, Value: 1}, {Key: "failingSince", Value: 1}, {Key: "disabledReason", Value: 1}}))
	counts := map[store.WebhookHealth]int64{}
	for i := range found {
		counts[found[i].health()]++
	}
	return counts, err
}

func (d *document) health() store.WebhookHealth {
	switch {
	case d.Enabled && d.FailingSince == nil:
		return store.WebhookWell
	case d.Enabled:
		return store.WebhookTried
	case d.DisabledReason == nil:
		return store.WebhookDisabledByOne
	case *d.DisabledReason == string(store.WebhookGone):
		return store.WebhookReceiverGone
	}
	return store.WebhookGivenUp
}

// NextWebhookID implements store.WebhookStore.
func (h *WebhookStore) NextWebhookID(ctx context.Context) (int64, error) {
	return counters.Increment(ctx, h.db.Collection(schema.Counters), counters.Ref{BusinessID: counters.OfDeployment, Name: schema.FieldWebhook}, 1)
}

// Webhooks implements store.WebhookTx.
func (t WebhookTx) Webhooks(ctx context.Context) ([]store.Webhook, error) {
	if err := counters.Lock(ctx, t.webhooks.db.Collection(schema.Counters), t.scope.BusinessID, schema.Webhooks); err != nil {
		return nil, err
	}
	return t.webhooks.Webhooks(ctx, t.scope)
}

// InsertWebhook implements store.WebhookTx.
func (t WebhookTx) InsertWebhook(ctx context.Context, webhook store.Webhook, after int64) error {
	document := encodeWebhook(webhook)
	document.Queued, document.Done = after, after
	_, err := t.webhooks.db.Collection(schema.Webhooks).InsertOne(ctx, document)
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

// SaveWebhook implements store.WebhookTx. It sets only the fields that callers change,
// because a delivering process writes to the document too.
func (t WebhookTx) SaveWebhook(ctx context.Context, webhook store.Webhook, renewed bool) error {
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
	if _, err := t.webhooks.db.Collection(schema.Webhooks).UpdateOne(ctx, webhookFilter(webhook.Key()), update); err != nil {
		return fmt.Errorf("write a webhook: %w", err)
	}
	if !renewed {
		return nil
	}
	return t.webhooks.hasten(ctx, webhook.Key(), "firstAttempt", "nextAttempt")
}

// DeleteWebhook implements store.WebhookTx. There are at most a few thousand deliveries.
func (t WebhookTx) DeleteWebhook(ctx context.Context, webhookID int64) error {
	if _, err := t.webhooks.db.Collection(schema.Webhooks).DeleteOne(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: webhookID})); err != nil {
		return fmt.Errorf("delete a webhook: %w", err)
	}
	if _, err := t.webhooks.db.Collection(schema.Deliveries).DeleteMany(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldWebhook, Value: webhookID})); err != nil {
		return fmt.Errorf("delete the deliveries of a webhook: %w", err)
	}
	return nil
}
