package store

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// HistoryStore is what a Store does about histories.
type HistoryStore interface {
	// History finds the rows of those clients' versions above after, and up to
	// until unless that is 0, by client and version. Which of the clients the
	// scope sees is the caller's to know.
	History(ctx context.Context, scope client.Scope, clientIDs []int64, after, until int64) ([]history.Entry, error)
}

// HistoryTx is the part of Tx by which histories are read.
type HistoryTx interface {
	// History is HistoryStore's, within the transaction.
	History(ctx context.Context, clientIDs []int64, after, until int64) ([]history.Entry, error)
}
