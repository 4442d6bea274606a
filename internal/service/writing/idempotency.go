package writing

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// ErrDryRun rolls back the transaction of a dry run.
var ErrDryRun = errors.New("a dry run")

// maxKey bounds an idempotency key, in characters.
const maxKey = 255

// argumentKey is the argument with the idempotency key.
const argumentKey = "idempotencyKey"

// Answer converts the answer of a write to the form that is stored for its idempotency
// key, and back.
type Answer interface {
	Keep() (store.KeptAnswer, error)
	Recall(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) error
}

// Write runs do in a transaction. If the scope's idempotency key was used for the same
// input before, it returns that answer instead. Errors: INVALID_IDEMPOTENCY_KEY,
// IDEMPOTENCY_KEY_REUSED, CLIENT_ERASED, and those of do.
func (s *Writes) Write(ctx context.Context, scope client.Scope, a Answer, do func(context.Context, store.Tx) error) error {
	attempt, err := s.Attempt(ctx, scope)
	if err != nil {
		return err
	}
	err = s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		done, err := attempt.Recall(ctx, tx, a)
		if err != nil || done {
			return err
		}
		if err := do(ctx, tx); err != nil {
			return err
		}
		return attempt.Keep(tx, a)
	})
	if attempt == nil || len(client.AsErrors(err)) == 0 || client.HasCode(err, client.CodeKeyReused) || client.HasCode(err, client.CodeClientErased) {
		return err
	}
	return attempt.refuse(ctx, scope, a, err)
}

// refuse returns a refusal, and leaves the idempotency key unused. Another write with the
// same key may run at the same time and succeed, because it read an earlier state. Only
// one of the two may answer, so the key is written for a refusal too: the other write
// then runs again or, if it was committed first, its answer is returned instead of the
// refusal.
func (o *Attempt) refuse(ctx context.Context, scope client.Scope, a Answer, refusal error) error {
	done := false
	err := o.service.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		var err error
		if done, err = o.Recall(ctx, tx, a); err == nil && !done {
			o.Free(tx)
		}
		return err
	})
	if err != nil || done {
		return err
	}
	return refusal
}

// Attempt makes sure that a mutation with an idempotency key is done once. A nil Attempt,
// for a mutation without a key, does nothing.
type Attempt struct {
	service    *Writes
	key, input []byte
	// begun says that a mutation of several transactions reserved the key.
	begun bool
}

// Attempt begins a mutation with the scope's idempotency key; nil without one. Error:
// INVALID_IDEMPOTENCY_KEY.
func (s *Writes) Attempt(ctx context.Context, scope client.Scope) (*Attempt, error) {
	key := scope.IdempotencyKey
	if key == nil {
		return nil, nil
	}
	if !isKey(key.Text) {
		return nil, client.Path{argumentKey}.At(&client.Error{Code: client.CodeInvalidKey, Message: fmt.Sprintf("want a key of 1 to %d printable ASCII characters, or none", maxKey)})
	}
	o := &Attempt{service: s}
	var err error
	// The first part tells apart the digests of keys and of inputs.
	if o.key, err = s.Digest(ctx, "key", scope.BusinessID, scope.User, key.Text, key.Entry); err != nil {
		return nil, err
	}
	arguments, err := canonicalInput(key.Arguments)
	if err != nil {
		return nil, err
	}
	if o.input, err = s.Digest(ctx, "input", key.Mutation, arguments); err != nil {
		return nil, err
	}
	return o, nil
}

func isKey(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= maxKey
}

// Digest is the MAC of the parts as JSON, with the names of objects sorted. The first part
// names the kind of digest.
func (s *Writes) Digest(ctx context.Context, parts ...any) ([]byte, error) {
	message, err := json.Marshal(parts)
	if err != nil {
		return nil, fmt.Errorf("write an input as JSON: %w", err)
	}
	sum, err := s.mac.Sum(ctx, message)
	if err != nil {
		return nil, fmt.Errorf("digest an input: %w", err)
	}
	return sum, nil
}

// Recall loads the answer that was stored for the key, and says whether there is one.
// Errors: CLIENT_ERASED, IDEMPOTENCY_KEY_REUSED.
func (o *Attempt) Recall(ctx context.Context, tx store.Tx, a Answer) (bool, error) {
	if o == nil {
		return false, nil
	}
	kept, err := tx.Kept(ctx, o.key, o.service.Instant().Add(-store.KeyLifetime))
	if err != nil || kept == nil {
		return false, err
	}
	erased, err := isErased(ctx, tx, kept)
	if err != nil {
		return false, err
	}
	if erased {
		return false, client.Path{argumentKey}.At(&client.Error{
			Code:    client.CodeClientErased,
			Message: "this was done under the same key, and its client was erased since; it is not done again",
		})
	}
	if !hmac.Equal(kept.Input, o.input) {
		return false, client.Path{argumentKey}.At(&client.Error{
			Code:    client.CodeKeyReused,
			Message: "this key was used for another mutation or with other arguments; use a new key for each mutation",
		})
	}
	if o.begun = kept.Begun; o.begun {
		return false, nil
	}
	return true, a.Recall(ctx, tx, kept)
}

// isErased says whether a client in an answer was erased, even if its data is not purged
// yet.
func isErased(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) (bool, error) {
	if kept.Erased || len(kept.Clients) == 0 {
		return kept.Erased, nil
	}
	ids := make([]int64, len(kept.Clients))
	for i, version := range kept.Clients {
		ids[i] = version.ClientID
	}
	erased, err := tx.Erased(ctx, ids)
	if err != nil {
		return false, fmt.Errorf("find erased clients: %w", err)
	}
	return len(erased) > 0, nil
}

// Keep stores the answer in the transaction of the write.
func (o *Attempt) Keep(tx store.Tx, a Answer) error {
	if o == nil {
		return nil
	}
	kept, err := a.Keep()
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	kept.Input, kept.At = o.input, o.service.Instant()
	tx.Keep(o.key, kept)
	return nil
}

// Begin reserves the key for its input, for a mutation of several transactions.
func (o *Attempt) Begin(tx store.Tx) {
	if o != nil {
		tx.Keep(o.key, store.KeptAnswer{Input: o.input, At: o.service.Instant(), Begun: true})
	}
}

// Free frees the reserved key of a write that was refused as a whole.
func (o *Attempt) Free(tx store.Tx) {
	if o != nil && !o.begun {
		tx.Free(o.key)
	}
}

// Plain returns an Answer without personal data, which is stored as it is.
func Plain[T any](value *T) Answer { return plain[T]{value} }

// plain implements Plain.
type plain[T any] struct{ value *T }

func (p plain[T]) Keep() (store.KeptAnswer, error) {
	rest, err := json.Marshal(*p.value)
	return store.KeptAnswer{Rest: rest}, err
}

func (p plain[T]) Recall(_ context.Context, _ store.Tx, kept *store.KeptAnswer) error {
	var value T
	if err := json.Unmarshal(kept.Rest, &value); err != nil {
		return fmt.Errorf("recall an answer: %w", err)
	}
	*p.value = value
	return nil
}

// record is the Answer of a write to one client.
type record struct{ result *Result }

func (r record) Keep() (store.KeptAnswer, error) {
	c := r.result.Client
	kept := store.KeptAnswer{Clients: []store.RecordVersion{{ClientID: c.ClientID, Version: c.Version}}}
	if r.result.Created {
		kept.Rest = []byte("true")
	}
	return kept, nil
}

// Recall returns the record in the committed version, as far as the caller may see it
// today: none if it no longer sees the client.
func (r record) Recall(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) error {
	committed, err := RecordAt(ctx, tx, kept.Clients[0])
	if err != nil {
		return err
	}
	*r.result = Result{Client: committed, Created: kept.Rest != nil}
	return nil
}
