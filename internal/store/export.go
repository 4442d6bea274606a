package store

import (
	"context"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/merge"
)

// ExportStore is the part of Store that reads everything stored about a person. Its
// methods do not check whether the scope sees the clients: their callers must.
type ExportStore interface {
	// ClientChangeRows finds the rows about these clients that the feed still has, in
	// order.
	ClientChangeRows(ctx context.Context, scope client.Scope, clientIDs []int64) ([]changefeed.Row, error)
	// FoldedClients finds the merged ones of these clients, as they were when they were
	// merged, by id.
	FoldedClients(ctx context.Context, scope client.Scope, ids []int64) (map[int64]*client.Client, error)
	// Journals finds the journals of the merges that any of these clients took part in,
	// without the viewers, ordered by merge.
	Journals(ctx context.Context, scope client.Scope, clientIDs []int64) ([]merge.Journal, error)
	// DismissedPairs finds the dismissed pairs with one of these clients, each once,
	// ordered by ids.
	DismissedPairs(ctx context.Context, scope client.Scope, clientIDs []int64) ([]IDPair, error)
	// KeptVersions finds the versions of these clients in stored answers, ordered by time,
	// client and version.
	KeptVersions(ctx context.Context, scope client.Scope, clientIDs []int64) ([]KeptVersion, error)
	// RemovedAppointments finds the removed appointments of these clients, ordered by id.
	RemovedAppointments(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.KnownAppointment, error)
	// ClientDeliveries finds the deliveries of webhooks about these clients, ordered by
	// webhook and place.
	ClientDeliveries(ctx context.Context, scope client.Scope, clientIDs []int64) ([]WebhookDelivery, error)
}

// KeptVersion is a version of a client in the stored answer of a mutation with an
// idempotency key. Of the key and its user only digests are stored.
type KeptVersion struct {
	RecordVersion
	At time.Time
}
