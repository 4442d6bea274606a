package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// ids hands out the ids of the deployment.
type ids struct {
	clients, accounts, merges *idBlock
}

func newIDs(db *mongo.Database) *ids {
	counters := db.Collection(countersName)
	return &ids{
		clients:  newIDBlock(counters, "clientId"),
		accounts: newIDBlock(counters, "clientAccountId"),
		merges:   newIDBlock(counters, "mergeId"),
	}
}

// NextClientID implements store.Store.
func (i *ids) NextClientID(ctx context.Context) (int64, error) { return i.clients.next(ctx) }

// TakeClientIDs implements store.Store.
func (i *ids) TakeClientIDs(ctx context.Context, count int64) (first int64, err error) {
	return i.clients.takeRun(ctx, count)
}

// NextAccountID implements store.Store.
func (i *ids) NextAccountID(ctx context.Context) (int64, error) { return i.accounts.next(ctx) }

// NextMergeID implements store.Store.
func (i *ids) NextMergeID(ctx context.Context) (int64, error) { return i.merges.next(ctx) }

// ReserveIDs implements store.Store.
func (i *ids) ReserveIDs(ctx context.Context, clientID, accountID int64) error {
	if err := i.clients.reserve(ctx, clientID); err != nil {
		return err
	}
	return i.accounts.reserve(ctx, accountID)
}

// drop gives up the ids that were taken for new clients and accounts, because some of
// them turned out to be in use.
func (i *ids) drop() {
	i.clients.drop()
	i.accounts.drop()
}
