package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// WebhookDisabledReason is why the server disabled a webhook.
type WebhookDisabledReason string

// The reasons. A webhook that is enabled, or that a caller disabled, has none.
const (
	WebhookFailing WebhookDisabledReason = "FAILING"
	WebhookGone    WebhookDisabledReason = "GONE"
)

// Webhook is an endpoint that the changes of a business are sent to.
type Webhook struct {
	WebhookID, BusinessID int64
	URL                   string
	Description           *string
	// Kinds are the kinds of changes to send, ascending and each once; empty is all.
	Kinds   []history.Kind
	Enabled bool
	// DisabledReason is set if the server disabled the webhook.
	DisabledReason *WebhookDisabledReason
	// CreatedDate and ModifiedDate are when callers created and last changed the webhook.
	CreatedDate, ModifiedDate time.Time
	// Version begins at 1 and rises by one with every change that callers see, except of
	// FailingSince.
	Version int64
	// FailingSince is the time of the first failed attempt after the last successful one; nil
	// if the last attempt succeeded.
	FailingSince *time.Time
	// PreviousSecretExpires is until when messages are also signed with the previous
	// secret; nil if there is none or it has expired.
	PreviousSecretExpires *time.Time
	// Secret and PreviousSecret are encrypted. Stored answers do not include them.
	Secret, PreviousSecret []byte `json:"-"`
}

// WebhookKey identifies a webhook.
type WebhookKey struct{ BusinessID, WebhookID int64 }

// Key returns the key of the webhook.
func (w *Webhook) Key() WebhookKey { return WebhookKey{w.BusinessID, w.WebhookID} }

// WebhookState is the progress of deliveries to a webhook.
type WebhookState struct {
	// Queued is the last row of the feed whose deliveries were stored. Done is the last row
	// up to which all deliveries are finished.
	Queued, Done int64
	// Failures is the number of failed attempts in a row.
	Failures int
	// FailingSince is when the first of these attempts was made.
	FailingSince *time.Time
	// PausedUntil is the earliest time of the next attempt.
	PausedUntil time.Time
}

// WebhookDeliveryState is the state of a delivery.
type WebhookDeliveryState string

// The states of deliveries.
const (
	DeliveryPending   WebhookDeliveryState = "PENDING"
	DeliverySucceeded WebhookDeliveryState = "DELIVERED"
	DeliveryFailed    WebhookDeliveryState = "FAILED"
)

// WebhookDelivery is one event for one webhook. It has ids and names of fields, but no
// values.
type WebhookDelivery struct {
	DeliveryID, BusinessID, WebhookID int64
	// Place orders the deliveries of a webhook. It is twice the number of the feed's row,
	// plus one for an event that comes after that row and has no row of its own.
	Place int64
	// MessageID is the id of the event for the receiver.
	MessageID string
	Kind      history.Kind
	// ClientID is 0 if the event is not about a client.
	ClientID, Version  int64
	MergedIntoClientID *int64
	ChangedFields      []string
	// ChangedDate is when the change was made.
	ChangedDate time.Time

	State    WebhookDeliveryState
	Attempts int64
	// FirstAttemptDate is the time of the first attempt since the delivery was requested,
	// and LastAttemptDate that of the last one.
	FirstAttemptDate, LastAttemptDate *time.Time
	// NextAttemptDate is the time of a pending delivery's next attempt; nil for as soon as
	// possible.
	NextAttemptDate *time.Time
	// Failure is why the last attempt failed, and Status the HTTP status of its answer; nil
	// if there is none.
	Failure *WebhookFailure
	Status  *int64
}

// WebhookFailure is why an attempt failed. Package sending has the values.
type WebhookFailure string

// WebhookDeliveryQuery finds the first Limit deliveries of a webhook below the place Before
// (0 for no bound), the latest first.
type WebhookDeliveryQuery struct {
	Before, Limit int64
	State         *WebhookDeliveryState
}

// WebhookStore is the part of Store that reads webhooks and delivers to them.
type WebhookStore interface {
	WebhookQueue

	// Webhooks returns the webhooks of the scope's business, ordered by id.
	Webhooks(ctx context.Context, scope client.Scope) ([]Webhook, error)
	// NextWebhookID returns a new id.
	NextWebhookID(ctx context.Context) (int64, error)
	// WebhookDeliveries finds deliveries of a webhook of the scope's business.
	WebhookDeliveries(ctx context.Context, scope client.Scope, webhookID int64, query WebhookDeliveryQuery) ([]WebhookDelivery, error)
}

// WebhookTx is the part of Tx that writes webhooks.
type WebhookTx interface {
	// Webhooks returns the webhooks of the scope's business, ordered by id. Other
	// transactions that write webhooks wait until this one ends.
	Webhooks(ctx context.Context) ([]Webhook, error)
	// InsertWebhook inserts a webhook, which gets the rows of the feed above that number.
	// Error: ErrIDTaken if its id is in use.
	InsertWebhook(ctx context.Context, webhook Webhook, after int64) error
	// SaveWebhook replaces the webhook with the same id, except FailingSince. With renewed,
	// its failures are forgotten and it is delivered to at once.
	SaveWebhook(ctx context.Context, webhook Webhook, renewed bool) error
	// DeleteWebhook deletes a webhook and its deliveries.
	DeleteWebhook(ctx context.Context, webhookID int64) error
	// WebhookDelivery finds a delivery of the scope's business; nil if there is none.
	WebhookDelivery(ctx context.Context, deliveryID int64) (*WebhookDelivery, error)
	// PutWebhookDelivery writes the state of a delivery.
	PutWebhookDelivery(ctx context.Context, delivery WebhookDelivery) error
}

// HeldWebhook is a webhook whose lease a process holds.
type HeldWebhook struct {
	WebhookKey
	// Revision rises when anybody else writes the webhook.
	Revision int64
}

// OpenWebhook is a webhook for the process that delivers to it.
type OpenWebhook struct {
	Webhook
	State    WebhookState
	Revision int64
}

// WebhookQueue is the part of Store that delivers to webhooks. A process holds a lease of
// each webhook that it delivers to, under its own name, the owner.
type WebhookQueue interface {
	// ClaimWebhooks gives the owner all free leases of enabled webhooks, of any business,
	// until that time, and returns these webhooks.
	ClaimWebhooks(ctx context.Context, owner string, now, until time.Time) ([]WebhookKey, error)
	// RenewWebhookLeases extends the owner's leases of these businesses' webhooks, and
	// returns these webhooks.
	RenewWebhookLeases(ctx context.Context, owner string, businessIDs []int64, until time.Time) ([]HeldWebhook, error)
	// ReleaseWebhooks ends the owner's leases of these businesses' webhooks.
	ReleaseWebhooks(ctx context.Context, owner string, businessIDs []int64) error
	// OpenWebhook finds a webhook; nil if the owner no longer holds its lease, or if it is
	// not enabled.
	OpenWebhook(ctx context.Context, owner string, key WebhookKey) (*OpenWebhook, error)
	// SaveWebhookState writes the state of a webhook. If the owner no longer holds it, or
	// its revision has changed, it returns false and writes nothing.
	SaveWebhookState(ctx context.Context, owner string, open *OpenWebhook) (bool, error)
	// DisableWebhook disables a webhook that the owner holds, if its revision is unchanged.
	DisableWebhook(ctx context.Context, owner string, open *OpenWebhook, reason WebhookDisabledReason) error
	// QueueDeliveries stores deliveries of a webhook in the order of their places, and gives
	// them ids. It ignores deliveries whose place is taken and, for clients that are being
	// erased, all except that of the erasure.
	QueueDeliveries(ctx context.Context, key WebhookKey, deliveries []WebhookDelivery) error
	// PendingDeliveries finds the first limit pending deliveries of a webhook.
	PendingDeliveries(ctx context.Context, key WebhookKey, limit int64) ([]WebhookDelivery, error)
	// FinishAttempt writes the result of an attempt, if the delivery still exists.
	FinishAttempt(ctx context.Context, delivery WebhookDelivery) error
	// RetryDeliveriesNow makes all pending deliveries of a webhook due at once.
	RetryDeliveriesNow(ctx context.Context, key WebhookKey) error
	// DropDeliveries deletes the pending deliveries of a webhook.
	DropDeliveries(ctx context.Context, key WebhookKey) error
	// TrimDeliveries deletes the deliveries of a webhook that are not pending, except the
	// last keep in each state.
	TrimDeliveries(ctx context.Context, key WebhookKey, keep int64) error
}
