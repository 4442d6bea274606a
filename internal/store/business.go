package store

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// BusinessTx is the part of Tx that writes businesses and the search and sort keys of
// their clients.
type BusinessTx interface {
	// Business returns the scope's business; DefaultBusiness if it is not stored.
	Business(ctx context.Context) (*client.Business, error)
	// SaveBusiness inserts or replaces the business.
	SaveBusiness(ctx context.Context, business *client.Business) error
	// Rekeyed stores the settings that search and sort keys are computed from, from now
	// on. Clients written by transactions that began before get such keys too, at the
	// latest soon after these transactions have committed.
	Rekeyed(ctx context.Context, settings search.Settings) error
	// RekeyState returns the rules that the keys of the business's clients were computed
	// by. PutRekeyState stores them; as with Rekeyed, clients that are written at the same
	// time get such keys too.
	RekeyState(ctx context.Context) (search.RekeyState, error)
	PutRekeyState(ctx context.Context, state search.RekeyState) error
	// ClientsAfter finds the first limit clients with a higher id, also deleted and merged
	// ones, ordered by id.
	ClientsAfter(ctx context.Context, id int64, limit int) ([]*client.Client, error)
	// SaveKeys writes what Indexer.PrepareIndex has computed for clients. Nothing else of
	// them changes, so they get no version, history or feed row.
	SaveKeys(ctx context.Context, before, after []*client.Client) error
}
