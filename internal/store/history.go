package store

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// HistoryStore is the part of Store that reads histories.
type HistoryStore interface {
	// History finds the entries for versions of these clients above after and up to until
	// (0 for no bound), ordered by client and version. It does not check whether the scope
	// sees the clients: the caller must.
	History(ctx context.Context, scope client.Scope, clientIDs []int64, after, until int64) ([]history.Entry, error)
}

// HistoryTx is the part of Tx that reads histories.
type HistoryTx interface {
	// History does the same as HistoryStore.History, within the transaction.
	History(ctx context.Context, clientIDs []int64, after, until int64) ([]history.Entry, error)
}
