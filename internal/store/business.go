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
	// Rekeyed stores the settings that search and sort keys are made by from now on.
	// Clients written by transactions that began before get such keys too, at the
	// latest soon after these have committed.
	Rekeyed(ctx context.Context, settings search.Settings) error
	// RekeyState is which rules made the keys of the business's clients. PutRekeyState
	// stores it; clients written at the same time get the right keys as with Rekeyed.
	RekeyState(ctx context.Context) (search.RekeyState, error)
	PutRekeyState(ctx context.Context, state search.RekeyState) error
	// ClientsAfter finds the first clients above that id, in any stage of their
	// life, by id, as many as limit.
	ClientsAfter(ctx context.Context, id int64, limit int) ([]*client.Client, error)
	// SaveKeys writes what Indexer.PrepareIndex computes of clients, who change in
	// nothing else: they get no version, history or feed row.
	SaveKeys(ctx context.Context, before, after []*client.Client) error
}
