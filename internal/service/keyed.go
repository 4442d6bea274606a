package service

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"time"

	"clientgraph/internal/client"
)

const (
	// KeyLifetime is how long the answer to a keyed mutation is kept.
	KeyLifetime = 24 * time.Hour
	maxKey      = 255
)

// argumentKey is the argument that a key comes in.
const argumentKey = "idempotencyKey"

// KeptAnswer is what is kept of the answer to a keyed mutation. It names records
// and holds nothing of them.
type KeptAnswer struct {
	// Input is a digest of the mutation and its arguments.
	Input []byte
	At    time.Time
	// Begun says that more transactions are to follow before there is an answer.
	Begun   bool
	Clients []RecordVersion
	// Rest is what else the answer holds, as JSON; nil for nothing.
	Rest []byte
	// Erased says that a client of the answer was erased: nothing else is kept.
	Erased bool
}

// RecordVersion is one version of a client.
type RecordVersion struct{ ClientID, Version int64 }

// KeyTx is the part of Tx by which keyed mutations are done once.
type KeyTx interface {
	// Kept finds what was kept under a key at that time or later; nil when
	// nothing was.
	Kept(ctx context.Context, key []byte, since time.Time) (*KeptAnswer, error)
	// Keep keeps an answer under a key, in place of what is there, when the
	// transaction commits. Of two transactions that keep one key at once the
	// second runs again, and likewise of this one and of an erasure of a client that
	// the answer names. Kept must have been asked for the key.
	Keep(key []byte, kept KeptAnswer)
	// Free leaves a key to whoever uses it next. To a transaction that keeps it at
	// once it is like Keep.
	Free(key []byte)
}

// MAC makes digests that nobody can make or check without its key, which is the
// same in all processes on one database.
type MAC interface {
	Sum(ctx context.Context, message []byte) ([]byte, error)
}

// answer is what a write answers, as far as it takes to answer it again.
type answer interface {
	keep() (KeptAnswer, error)
	recall(ctx context.Context, tx Tx, kept *KeptAnswer) error
}

// write runs do in a transaction, unless the scope's key was used for the same
// input before: then it recalls the answer. Errors: INVALID_IDEMPOTENCY_KEY,
// IDEMPOTENCY_KEY_REUSED, CLIENT_ERASED, and those of do.
func (s *Service) write(ctx context.Context, scope client.Scope, a answer, do func(context.Context, Tx) error) error {
	once, err := s.once(ctx, scope)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx Tx) error {
		done, err := once.recall(ctx, tx, a)
		if err != nil || done {
			return err
		}
		if err := do(ctx, tx); err != nil {
			return err
		}
		return once.keep(tx, a)
	})
	if once == nil || len(client.AsErrors(err)) == 0 || client.HasCode(err, client.CodeKeyReused) || client.HasCode(err, client.CodeClientErased) {
		return err
	}
	return once.refuse(ctx, scope, a, err)
}

// refuse answers a refusal, and leaves the key free. A write under the same key
// may be under way that read what was there before, and is to succeed: of the two
// one has to learn of the other. So the key is written for a refusal too: then
// that write begins anew, unless it was done already, which is the answer.
func (o *once) refuse(ctx context.Context, scope client.Scope, a answer, refusal error) error {
	done := false
	err := o.service.store.Write(ctx, scope, func(ctx context.Context, tx Tx) error {
		var err error
		if done, err = o.recall(ctx, tx, a); err == nil && !done {
			o.free(tx)
		}
		return err
	})
	if err != nil || done {
		return err
	}
	return refusal
}

// once sees to it that a mutation is done once. nil, for one without a key, does
// nothing.
type once struct {
	service    *Service
	key, input []byte
	// begun says that a mutation of several transactions holds the key.
	begun bool
}

func (s *Service) once(ctx context.Context, scope client.Scope) (*once, error) {
	key := scope.IdempotencyKey
	if key == nil {
		return nil, nil
	}
	if !isKey(key.Text) {
		return nil, client.Path{argumentKey}.At(&client.Error{Code: client.CodeInvalidKey, Message: fmt.Sprintf("want a key of 1 to %d printable ASCII characters, or none", maxKey)})
	}
	o := &once{service: s}
	var err error
	// What comes first keeps a digest of one kind from being one of the other.
	if o.key, err = s.digest(ctx, "key", scope.BusinessID, scope.User, key.Text, key.Entry); err != nil {
		return nil, err
	}
	arguments, err := sameInput(key.Arguments)
	if err != nil {
		return nil, err
	}
	if o.input, err = s.digest(ctx, "input", key.Mutation, arguments); err != nil {
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

// digest is the MAC of what those parts are as JSON, which writes the same
// parts the same: names of objects in their order.
func (s *Service) digest(ctx context.Context, parts ...any) ([]byte, error) {
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

// recall answers what was kept under the key, if anything was.
func (o *once) recall(ctx context.Context, tx Tx, a answer) (bool, error) {
	if o == nil {
		return false, nil
	}
	kept, err := tx.Kept(ctx, o.key, o.service.instant().Add(-KeyLifetime))
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
			Message: "this was done before, and its client was erased since; nothing is done anew under this key",
		})
	}
	if !hmac.Equal(kept.Input, o.input) {
		return false, client.Path{argumentKey}.At(&client.Error{
			Code:    client.CodeKeyReused,
			Message: "this key was used for another mutation or other arguments; take a new key for each",
		})
	}
	if o.begun = kept.Begun; o.begun {
		return false, nil
	}
	return true, a.recall(ctx, tx, kept)
}

// isErased says whether a client that an answer names was erased, be it that the
// purge is still to come.
func isErased(ctx context.Context, tx Tx, kept *KeptAnswer) (bool, error) {
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

// keep keeps the answer with what the transaction writes.
func (o *once) keep(tx Tx, a answer) error {
	if o == nil {
		return nil
	}
	kept, err := a.keep()
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	kept.Input, kept.At = o.input, o.service.instant()
	tx.Keep(o.key, kept)
	return nil
}

// begin keeps the key for its input, when the answer takes more transactions.
func (o *once) begin(tx Tx) {
	if o != nil {
		tx.Keep(o.key, KeptAnswer{Input: o.input, At: o.service.instant(), Begun: true})
	}
}

// free leaves the key of a write that was refused as a whole.
func (o *once) free(tx Tx) {
	if o != nil && !o.begun {
		tx.Free(o.key)
	}
}

// plain is an answer that holds nothing of any person: it is kept as it is.
type plain[T any] struct{ value *T }

func (p plain[T]) keep() (KeptAnswer, error) {
	rest, err := json.Marshal(*p.value)
	return KeptAnswer{Rest: rest}, err
}

func (p plain[T]) recall(_ context.Context, _ Tx, kept *KeptAnswer) error {
	var value T
	if err := json.Unmarshal(kept.Rest, &value); err != nil {
		return fmt.Errorf("recall an answer: %w", err)
	}
	*p.value = value
	return nil
}

// record is the answer that a write to one client gives.
type record struct{ result *Result }

func (r record) keep() (KeptAnswer, error) {
	c := r.result.Client
	kept := KeptAnswer{Clients: []RecordVersion{{ClientID: c.ClientID, Version: c.Version}}}
	if r.result.Created {
		kept.Rest = []byte("true")
	}
	return kept, nil
}

// recall answers the record that was committed, as far as the caller may see it
// today: none when it sees the client no more.
func (r record) recall(ctx context.Context, tx Tx, kept *KeptAnswer) error {
	committed, err := recordAt(ctx, tx, kept.Clients[0])
	if err != nil {
		return err
	}
	*r.result = Result{Client: committed, Created: kept.Rest != nil}
	return nil
}
