// Package writing holds the changes of single clients: create, update, patch,
// upsert, delete and restore, entries of lists, and batches of them. A Draft is a
// change that is being made; an Attempt does a mutation with an idempotency key
// once.
package writing

import (
	"context"

	"clientgraph/internal/service/reading"
)

// Writes are the changes of single clients, and what every other use case that
// writes stands on: drafts, idempotency keys, readers of inputs. What can be read
// by Reads can be read by it. It is safe for concurrent use.
type Writes struct {
	*reading.Reads
	hasher Hasher
	mac    MAC
}

// New returns the writes; they read through reads. The hasher hashes passwords, mac
// digests the inputs of mutations with an idempotency key.
func New(reads *reading.Reads, hasher Hasher, mac MAC) *Writes {
	return &Writes{Reads: reads, hasher: hasher, mac: mac}
}

// Hasher makes password hashes that can't be reversed.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
}

// MAC makes digests that nobody can make or check without its key, which is the
// same in all processes on one database.
type MAC interface {
	Sum(ctx context.Context, message []byte) ([]byte, error)
}
