package webhooks

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
	"clientgraph/internal/webhook"
)

// MaxWebhooks bounds the webhooks of a business.
const MaxWebhooks = 20

// Names of a webhook's properties in inputs.
const (
	inputURL         = "url"
	inputDescription = "description"
	inputKinds       = "kinds"
	inputEnabled     = "enabled"
	inputWebhook     = "webhookId"
)

// secretField is the field that a webhook's secret is encrypted for.
const secretField = "webhook.secret"

// Result is a webhook after a write, or the current one if the write was refused with
// VERSION_CONFLICT.
type Result struct {
	Webhook *store.Webhook
	// Secret is a new secret in clear text. It is answered once, and not stored for an
	// answer that is recalled.
	Secret string `json:"-"`
}

// Webhooks lists the webhooks of the caller's business, ordered by id. Error: FORBIDDEN.
func (s *Endpoints) Webhooks(ctx context.Context, scope client.Scope) ([]store.Webhook, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return nil, err
	}
	webhooks, err := s.Store.Webhooks(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("find webhooks: %w", err)
	}
	for i := range webhooks {
		dropExpired(&webhooks[i], s.Now())
	}
	return webhooks, nil
}

// dropExpired removes the previous secret when messages are no longer signed with it.
func dropExpired(w *store.Webhook, now time.Time) {
	if w.PreviousSecretExpires != nil && !now.Before(*w.PreviousSecretExpires) {
		w.PreviousSecret, w.PreviousSecretExpires = nil, nil
	}
}

// Webhook finds a webhook of the caller's business; nil if there is none with that id.
// Error: FORBIDDEN.
func (s *Endpoints) Webhook(ctx context.Context, scope client.Scope, id client.ID) (*store.Webhook, error) {
	webhooks, err := s.Webhooks(ctx, scope)
	if err != nil {
		return nil, err
	}
	return byID(webhooks, id), nil
}

func byID(webhooks []store.Webhook, id client.ID) *store.Webhook {
	number := id.As(client.TypeWebhook)
	i := slices.IndexFunc(webhooks, func(w store.Webhook) bool { return w.WebhookID == number })
	if i < 0 {
		return nil
	}
	return &webhooks[i]
}

// CreateWebhook creates a webhook, which gets all later changes. Errors: FORBIDDEN,
// REQUIRED, INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, INVALID_URL, TOO_MANY.
func (s *Endpoints) CreateWebhook(ctx context.Context, scope client.Scope, input client.Values) (Result, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return Result{}, err
	}
	made := store.Webhook{BusinessID: scope.BusinessID, Enabled: true, Version: 1, CreatedDate: s.Instant()}
	made.ModifiedDate = made.CreatedDate
	r := s.reader(input)
	r.url(&made, true)
	r.rest(&made)
	if r.Errors != nil {
		return Result{}, r.Errors
	}
	result, err := s.insert(ctx, scope, made)
	if errors.Is(err, store.ErrIDTaken) {
		result, err = s.insert(ctx, scope, made)
	}
	if err != nil {
		return Result{}, err
	}
	s.signalChanged()
	return result, nil
}

func (s *Endpoints) insert(ctx context.Context, scope client.Scope, made store.Webhook) (Result, error) {
	var err error
	if made.WebhookID, err = s.Store.NextWebhookID(ctx); err != nil {
		return Result{}, fmt.Errorf("take a webhook id: %w", err)
	}
	head, err := s.Store.ChangeHead(ctx, scope)
	if err != nil {
		return Result{}, fmt.Errorf("find the head of the feed: %w", err)
	}
	result := Result{Webhook: &made, Secret: webhook.NewSecret()}
	if made.Secret, err = s.seal(made.Key(), result.Secret); err != nil {
		return Result{}, err
	}
	err = s.Write(ctx, scope, writing.Plain(&result), func(ctx context.Context, tx store.Tx) error {
		there, err := tx.Webhooks(ctx)
		if err != nil {
			return err
		}
		if len(there) >= MaxWebhooks {
			return client.Path{"input"}.At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a business has at most %d webhooks; delete one first", MaxWebhooks)})
		}
		return tx.InsertWebhook(ctx, made, head)
	})
	return result, err
}

func (s *Endpoints) seal(key store.WebhookKey, secret string) ([]byte, error) {
	sealed, err := s.Cipher.Seal(secret, key.BusinessID, key.WebhookID, secretField)
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return sealed, nil
}

// UpdateWebhook changes the properties that the input names. A webhook that is enabled or
// gets another URL is tried at once. An update without a change writes nothing. Errors:
// FORBIDDEN, EMPTY_PATCH, NOT_FOUND, VERSION_CONFLICT, INVALID_ID, REQUIRED,
// INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, INVALID_URL.
func (s *Endpoints) UpdateWebhook(ctx context.Context, scope client.Scope, id client.ID, input client.Values, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return Result{}, err
	}
	if len(input) == 0 {
		empty := client.Path{"input"}.At(&client.Error{Code: client.CodeEmptyPatch, Message: "name at least one part of the webhook to change"})
		return Result{}, append(id.Wrong(client.Path{inputWebhook}), empty)
	}
	return s.change(ctx, scope, id, expectedVersion, func(changed *store.Webhook, _ *Result) error {
		r := s.reader(input)
		r.url(changed, false)
		r.rest(changed)
		r.enabled(changed)
		return r.Errors.ErrOrNil()
	})
}

// RotateWebhookSecret gives a webhook a new secret. For webhook.SecretOverlap messages
// are signed with the previous one too. Errors: FORBIDDEN, NOT_FOUND, INVALID_ID,
// VERSION_CONFLICT.
func (s *Endpoints) RotateWebhookSecret(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return Result{}, err
	}
	return s.change(ctx, scope, id, expectedVersion, func(changed *store.Webhook, result *Result) error {
		if changed.WebhookID == 0 {
			return nil
		}
		result.Secret = webhook.NewSecret()
		sealed, err := s.seal(changed.Key(), result.Secret)
		if err != nil {
			return err
		}
		changed.PreviousSecret, changed.Secret = changed.Secret, sealed
		changed.PreviousSecretExpires = new(s.Instant().Add(webhook.SecretOverlap))
		return nil
	})
}

// change changes a webhook. For a malformed id edit runs on an empty webhook, so that all
// errors are reported.
func (s *Endpoints) change(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64, edit func(*store.Webhook, *Result) error) (Result, error) {
	var result Result
	err := s.Write(ctx, scope, writing.Plain(&result), func(ctx context.Context, tx store.Tx) error {
		result = Result{}
		if wrong := id.Wrong(client.Path{inputWebhook}); wrong != nil {
			return append(wrong, client.AsErrors(edit(&store.Webhook{}, &result))...)
		}
		found, err := s.find(ctx, tx, id, expectedVersion, &result)
		if err != nil {
			return err
		}
		changed := *found
		if err := edit(&changed, &result); err != nil {
			return err
		}
		result.Webhook = found
		if reflect.DeepEqual(*found, changed) {
			return nil
		}
		changed.Version++
		changed.ModifiedDate = s.Instant()
		renewed := changed.URL != found.URL || changed.Enabled && !found.Enabled
		if renewed {
			changed.FailingSince = nil
		}
		result.Webhook = &changed
		return tx.SaveWebhook(ctx, changed, renewed)
	})
	if err != nil {
		if !client.HasCode(err, client.CodeVersionConflict) {
			result.Webhook = nil
		}
		result.Secret = ""
		return result, err
	}
	s.signalChanged()
	return result, nil
}

// find finds the webhook of a mutation; with VERSION_CONFLICT it is in the result.
func (s *Endpoints) find(ctx context.Context, tx store.Tx, id client.ID, expectedVersion *int64, result *Result) (*store.Webhook, error) {
	webhooks, err := tx.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	found := byID(webhooks, id)
	if found == nil {
		return nil, notFound(inputWebhook, "want the id of a webhook of the business")
	}
	dropExpired(found, s.Now())
	if expectedVersion != nil && *expectedVersion != found.Version {
		result.Webhook = found
		return nil, client.Path{"expectedVersion"}.At(&client.Error{
			Code:    client.CodeVersionConflict,
			Message: "the webhook has changed since that version; look at it, then try again with its version",
		})
	}
	return found, nil
}

func notFound(argument, message string) *client.Error {
	return client.Path{argument}.At(&client.Error{Code: client.CodeNotFound, Message: message})
}

// DeleteWebhook deletes a webhook and its deliveries. A message that is being sent may
// still arrive. Errors: FORBIDDEN, NOT_FOUND, INVALID_ID, VERSION_CONFLICT.
func (s *Endpoints) DeleteWebhook(ctx context.Context, scope client.Scope, id client.ID, expectedVersion *int64) (Result, error) {
	if err := reading.Permit(scope, client.Admin, false); err != nil {
		return Result{}, err
	}
	var result Result
	err := s.Write(ctx, scope, writing.Plain(&result), func(ctx context.Context, tx store.Tx) error {
		result = Result{}
		if wrong := id.Wrong(client.Path{inputWebhook}); wrong != nil {
			return wrong
		}
		found, err := s.find(ctx, tx, id, expectedVersion, &result)
		if err != nil {
			return err
		}
		result.Webhook = found
		return tx.DeleteWebhook(ctx, found.WebhookID)
	})
	if err != nil && !client.HasCode(err, client.CodeVersionConflict) {
		return Result{}, err
	}
	s.signalChanged()
	return result, err
}

// webhookReader reads the properties of a webhook.
type webhookReader struct {
	writing.EntryReader
	private bool
}

func (s *Endpoints) reader(input client.Values) *webhookReader {
	return &webhookReader{EntryReader: writing.EntryReader{Values: input, Where: client.Path{"input"}}, private: s.private}
}

func (r *webhookReader) url(w *store.Webhook, must bool) {
	raw, named := r.Values[inputURL]
	if !must && (!named || client.IsHeld(raw, w.URL)) {
		return
	}
	// A URL may be longer than other texts; CheckURL bounds it.
	text, isText := raw.(string)
	switch {
	case raw == nil || isText && client.IsBlank(text):
		r.Fail(inputURL, &client.Error{Code: client.CodeRequired, Message: "url is required"})
	case !isText:
		r.Fail(inputURL, client.WrongType("text"))
	case !webhook.CheckURL(text, r.private):
		r.Fail(inputURL, &client.Error{
			Code:    client.CodeInvalidURL,
			Message: "want an absolute https URL of at most 2,000 bytes, of a public host, without user name, password and fragment",
		})
	default:
		w.URL = text
	}
}

func (r *webhookReader) rest(w *store.Webhook) {
	if raw, named := r.Values[inputDescription]; named && !(w.Description != nil && client.IsHeld(raw, *w.Description)) {
		w.Description = r.Name(inputDescription)
	}
	raw, named := r.Values[inputKinds]
	if !named {
		return
	}
	w.Kinds = nil
	if raw == nil {
		return
	}
	for _, entry := range client.List(raw) {
		kind, isText := entry.(string)
		if !isText {
			r.Fail(inputKinds, client.WrongType("a list of kinds of changes"))
			return
		}
		w.Kinds = append(w.Kinds, history.Kind(kind))
	}
	slices.Sort(w.Kinds)
	w.Kinds = slices.Compact(w.Kinds)
}

func (r *webhookReader) enabled(w *store.Webhook) {
	raw, named := r.Values[inputEnabled]
	if !named {
		return
	}
	switch enabled, isBoolean := raw.(bool); {
	case raw == nil:
		r.Fail(inputEnabled, &client.Error{Code: client.CodeRequired, Message: "enabled can't be null"})
	case !isBoolean:
		r.Fail(inputEnabled, client.WrongType("true or false"))
	default:
		if w.Enabled = enabled; enabled {
			w.DisabledReason = nil
		}
	}
}
