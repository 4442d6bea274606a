package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/schema"
)

// ids generates the ids of the deployment.
type ids struct {
	clients, accounts, merges *counters.Block
}

func newIDs(db *mongo.Database) *ids {
	collection := db.Collection(schema.Counters)
	return &ids{
		clients:  counters.NewBlock(collection, "clientId"),
		accounts: counters.NewBlock(collection, "clientAccountId"),
		merges:   counters.NewBlock(collection, "mergeId"),
	}
}

// NextClientID implements store.Store.
func (i *ids) NextClientID(ctx context.Context) (int64, error) { return i.clients.Next(ctx) }

// TakeClientIDs implements store.Store.
func (i *ids) TakeClientIDs(ctx context.Context, count int64) (first int64, err error) {
	return i.clients.TakeRun(ctx, count)
}

// NextAccountID implements store.Store.
func (i *ids) NextAccountID(ctx context.Context) (int64, error) { return i.accounts.Next(ctx) }

// NextMergeID implements store.Store.
func (i *ids) NextMergeID(ctx context.Context) (int64, error) { return i.merges.Next(ctx) }

// ReserveIDs implements store.Store.
func (i *ids) ReserveIDs(ctx context.Context, clientID, accountID int64) error {
	if err := i.clients.Reserve(ctx, clientID); err != nil {
		return err
	}
	return i.accounts.Reserve(ctx, accountID)
}

// drop drops the ids that were reserved for new clients and accounts, because some of
// them are in use.
func (i *ids) drop() {
	i.clients.Drop()
	i.accounts.Drop()
}
