package store

import (
	"context"
	"time"
)

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

// IdempotencyTx is the part of Tx by which keyed mutations are done once.
type IdempotencyTx interface {
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
