// Package writing holds the writes to single clients: create, update, patch, upsert,
// delete and restore, changes of list entries, batches, and imports. A Draft is a
// mutation that is being made; an Attempt makes sure that a mutation with an idempotency
// key is done once.
package writing

import (
	"context"

	"clientgraph/internal/service/reading"
)

// Writes has the writes to single clients, and what all other use cases that write need:
// drafts, idempotency keys, readers of inputs. It embeds Reads. It is safe for concurrent
// use.
type Writes struct {
	*reading.Reads
	hasher Hasher
	mac    MAC
}

// New returns the writes. The hasher hashes passwords; mac digests the inputs of
// mutations with an idempotency key.
func New(reads *reading.Reads, hasher Hasher, mac MAC) *Writes {
	return &Writes{Reads: reads, hasher: hasher, mac: mac}
}

// Hasher makes password hashes that can't be reversed.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
}

// MAC makes digests that can't be made or checked without its key, which is the same in
// all processes of a database.
type MAC interface {
	Sum(ctx context.Context, message []byte) ([]byte, error)
}
