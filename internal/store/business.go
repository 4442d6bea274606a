package store

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// BusinessTx is the part of Tx by which businesses and their clients' keys are
// written.
type BusinessTx interface {
	// Business finds the business of the scope; DefaultBusiness when nothing is
	// stored about it.
	Business(ctx context.Context) (*client.Business, error)
	// SaveBusiness stores the business in place of what is stored of it.
	SaveBusiness(ctx context.Context, business *client.Business) error
	// Rekeyed says by what all clients are keyed that are written from now on.
	// What transactions write that began before is keyed that way too, soon after they
	// are done at the latest.
	Rekeyed(ctx context.Context, keying search.Keying) error
	// KeyState tells what the business's clients are keyed by. PutKeyState stores it;
	// writers of clients at the same time are found out likewise.
	KeyState(ctx context.Context) (search.KeyState, error)
	PutKeyState(ctx context.Context, state search.KeyState) error
	// ClientsAfter finds the first clients above that id, in any stage of their
	// life, by id, as many as limit.
	ClientsAfter(ctx context.Context, id int64, limit int) ([]*client.Client, error)
	// SaveKeys writes what Keyer.PrepareKeyed computes of clients, who change in
	// nothing else: they get no version, history or feed row.
	SaveKeys(ctx context.Context, before, after []*client.Client) error
}
