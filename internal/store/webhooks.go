package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// WebhookDisabledReason is why a server disabled a webhook.
type WebhookDisabledReason string

// The reasons; none for a webhook that is enabled, or that somebody disabled.
const (
	WebhookFailing WebhookDisabledReason = "FAILING"
	WebhookGone    WebhookDisabledReason = "GONE"
)

// Webhook is an endpoint that a business wants its changes to be sent to.
type Webhook struct {
	WebhookID, BusinessID int64
	URL                   string
	Description           *string
	// Kinds are the kinds of changes to send, ascending and each once; empty is all.
	Kinds   []history.Kind
	Enabled bool
	// DisabledReason is set where a server disabled the webhook.
	DisabledReason *WebhookDisabledReason
	// CreatedDate and ModifiedDate are of what callers set.
	CreatedDate, ModifiedDate time.Time
	// Version starts at 1 and rises by one with every change of what callers see, but
	// for FailingSince.
	Version int64
	// FailingSince is since when all attempts have failed; nil if the last one did not.
	FailingSince *time.Time
	// PreviousSecretExpires is until when messages are signed by the secret before as
	// well; nil where there is none, or where that time is over.
	PreviousSecretExpires *time.Time
	// Secret and PreviousSecret are sealed. They are part of no kept answer.
	Secret, PreviousSecret []byte `json:"-"`
}

// WebhookKey names a webhook.
type WebhookKey struct{ BusinessID, WebhookID int64 }

// Key is the webhook's.
func (w *Webhook) Key() WebhookKey { return WebhookKey{w.BusinessID, w.WebhookID} }

// WebhookState is the progress of deliveries to a webhook.
type WebhookState struct {
	// Queued is the last row of the feed of which the deliveries were stored, and Done
	// the last one before which all are finished.
	Queued, Done int64
	// Failures counts the attempts that failed in a row.
	Failures int
	// FailingSince is when the first of them was.
	FailingSince *time.Time
	// PausedUntil is when the next attempt may be.
	PausedUntil time.Time
}

// WebhookDeliveryState is how far a delivery has come.
type WebhookDeliveryState string

// The states of deliveries.
const (
	DeliveryPending   WebhookDeliveryState = "PENDING"
	DeliverySucceeded WebhookDeliveryState = "DELIVERED"
	DeliveryFailed    WebhookDeliveryState = "FAILED"
)

// WebhookDelivery is one event for one webhook. It holds ids and names, no value of
// any field.
type WebhookDelivery struct {
	DeliveryID, BusinessID, WebhookID int64
	// Place orders the deliveries of a webhook: twice the number of the feed's row, and
	// one more for an event that follows it and is about no row.
	Place int64
	// MessageID is what the receiver knows the event by.
	MessageID string
	Kind      history.Kind
	// ClientID is 0 where the event is about no client.
	ClientID, Version  int64
	MergedIntoClientID *int64
	ChangedFields      []string
	// ChangedDate is when the change was made.
	ChangedDate time.Time

	State    WebhookDeliveryState
	Attempts int64
	// FirstAttemptDate is the first attempt's since the delivery was asked for, and
	// LastAttemptDate the last one's.
	FirstAttemptDate, LastAttemptDate *time.Time
	// NextAttemptDate is when a delivery that is pending is tried next; nil: as soon as
	// may be.
	NextAttemptDate *time.Time
	// Failure and Status are of the last attempt: why it failed, and the status of the
	// receiver's answer; nil where there is none.
	Failure *WebhookFailure
	Status  *int64
}

// WebhookFailure is why an attempt failed, as package sending says it.
type WebhookFailure string

// WebhookDeliveryQuery asks for deliveries of a webhook, latest first: of those
// below a place, unless it is 0, the first ones.
type WebhookDeliveryQuery struct {
	Before, Limit int64
	State         *WebhookDeliveryState
}

// WebhookStore is what a Store does about webhooks.
type WebhookStore interface {
	WebhookQueue

	// Webhooks finds the webhooks of the scope's business, by id.
	Webhooks(ctx context.Context, scope client.Scope) ([]Webhook, error)
	// NextWebhookID answers an id that nobody else gets.
	NextWebhookID(ctx context.Context) (int64, error)
	// WebhookDeliveries finds deliveries of a webhook of the scope's business.
	WebhookDeliveries(ctx context.Context, scope client.Scope, webhookID int64, query WebhookDeliveryQuery) ([]WebhookDelivery, error)
}

// WebhookTx is the part of Tx by which webhooks are written.
type WebhookTx interface {
	// Webhooks finds the webhooks of the scope's business, by id. Other writers of them
	// wait for the end of the transaction.
	Webhooks(ctx context.Context) ([]Webhook, error)
	// InsertWebhook writes a new webhook, which is told of the rows of the feed above
	// that number. It returns ErrIDTaken when its id is not free.
	InsertWebhook(ctx context.Context, webhook Webhook, after int64) error
	// SaveWebhook writes a webhook in place of the one of its id, but for FailingSince;
	// with renewed, delivering begins as if it had not failed.
	SaveWebhook(ctx context.Context, webhook Webhook, renewed bool) error
	// DeleteWebhook deletes a webhook and its deliveries.
	DeleteWebhook(ctx context.Context, webhookID int64) error
	// WebhookDelivery finds a delivery of the scope's business; nil when there is none.
	WebhookDelivery(ctx context.Context, deliveryID int64) (*WebhookDelivery, error)
	// PutWebhookDelivery writes how far a delivery has come.
	PutWebhookDelivery(ctx context.Context, delivery WebhookDelivery) error
}

// HeldWebhook is a webhook whose lease a process has.
type HeldWebhook struct {
	WebhookKey
	// Revision rises whenever somebody else writes the webhook.
	Revision int64
}

// OpenWebhook is a webhook as the process that delivers to it reads it.
type OpenWebhook struct {
	Webhook
	State    WebhookState
	Revision int64
}

// WebhookQueue is what delivering needs of a Store. A process takes a lease of each webhook
// that it delivers to, under a name of its own, the owner.
type WebhookQueue interface {
	// ClaimWebhooks takes for an owner the leases, until a moment, of all enabled webhooks
	// of any business that no owner has, and returns these webhooks.
	ClaimWebhooks(ctx context.Context, owner string, now, until time.Time) ([]WebhookKey, error)
	// RenewWebhookLeases prolongs the leases that an owner has of those businesses'
	// webhooks, and returns these.
	RenewWebhookLeases(ctx context.Context, owner string, businessIDs []int64, until time.Time) ([]HeldWebhook, error)
	// ReleaseWebhooks ends the leases that an owner has of those businesses' webhooks.
	ReleaseWebhooks(ctx context.Context, owner string, businessIDs []int64) error
	// OpenWebhook finds a webhook; nil when the owner does not have its lease any more, or
	// it is not enabled.
	OpenWebhook(ctx context.Context, owner string, key WebhookKey) (*OpenWebhook, error)
	// SaveWebhookState writes how far delivering has come, and says whether the owner
	// still has the webhook, in that revision; else nothing is written.
	SaveWebhookState(ctx context.Context, owner string, open *OpenWebhook) (bool, error)
	// DisableWebhook disables a webhook that the owner has in that revision.
	DisableWebhook(ctx context.Context, owner string, open *OpenWebhook, reason WebhookDisabledReason) error
	// QueueDeliveries stores deliveries of a webhook, in the order of their places, and gives
	// them ids. It passes over those whose place has a delivery already and, of clients that
	// are being erased, all but that of the erasure.
	QueueDeliveries(ctx context.Context, key WebhookKey, deliveries []WebhookDelivery) error
	// PendingDeliveries finds the first deliveries of a webhook that are pending.
	PendingDeliveries(ctx context.Context, key WebhookKey, limit int64) ([]WebhookDelivery, error)
	// FinishAttempt writes the outcome of an attempt, if the delivery still exists.
	FinishAttempt(ctx context.Context, delivery WebhookDelivery) error
	// RetryDeliveriesNow makes all deliveries of a webhook due that wait for their next
	// attempt.
	RetryDeliveriesNow(ctx context.Context, key WebhookKey) error
	// DropDeliveries deletes the deliveries of a webhook that are pending.
	DropDeliveries(ctx context.Context, key WebhookKey) error
	// TrimDeliveries deletes the deliveries of a webhook that are not pending, but for the
	// last ones in each state.
	TrimDeliveries(ctx context.Context, key WebhookKey, keep int64) error
}
