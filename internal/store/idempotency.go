package store

import (
	"context"
	"time"
)

// KeptAnswer is the stored answer of a mutation with an idempotency key. It has ids and
// versions of clients, but no data of them.
type KeptAnswer struct {
	// Input is a digest of the mutation and its arguments.
	Input []byte
	At    time.Time
	// Begun says that the mutation needs more transactions before there is an answer.
	Begun   bool
	Clients []RecordVersion
	// Rest is the rest of the answer as JSON; nil if there is none.
	Rest []byte
	// Erased says that a client of the answer was erased. Nothing else is stored then.
	Erased bool
}

// RecordVersion is one version of a client.
type RecordVersion struct{ ClientID, Version int64 }

// IdempotencyTx is the part of Tx that stores answers under idempotency keys, so that a
// mutation is done only once.
type IdempotencyTx interface {
	// Kept finds the answer that was stored under a key at that time or later; nil if there
	// is none.
	Kept(ctx context.Context, key []byte, since time.Time) (*KeptAnswer, error)
	// Keep inserts or replaces the answer under a key when the transaction commits. If two
	// transactions do so for one key at the same time, the second runs again. The same is
	// true of this transaction and the erasure of a client in the answer. Kept must have
	// been called for the key in this transaction.
	Keep(key []byte, kept KeptAnswer)
	// Free makes a key usable again. It conflicts with other transactions like Keep.
	Free(key []byte)
}
