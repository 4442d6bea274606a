package store

import (
	"context"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/merge"
)

// ExportStore is what a Store does about exports.
type ExportStore interface {
	// ClientChangeRows finds the rows of the feed about those clients that are kept,
	// in order. Whether the scope sees the clients is the caller's to know.
	ClientChangeRows(ctx context.Context, scope client.Scope, clientIDs []int64) ([]changefeed.Row, error)
	// FoldedClients finds the records of those clients that were merged, as they
	// were then, by id. Whether the scope sees the survivor is the caller's to know.
	FoldedClients(ctx context.Context, scope client.Scope, ids []int64) (map[int64]*client.Client, error)
	// Journals finds the journals of merges that any of those clients is part of,
	// without the viewers, by merge.
	Journals(ctx context.Context, scope client.Scope, clientIDs []int64) ([]merge.Journal, error)
	// DismissedPairs finds the pairs that were dismissed of which one of those
	// clients is part, each once, by ids. Whom of them the scope sees is the
	// caller's to know.
	DismissedPairs(ctx context.Context, scope client.Scope, clientIDs []int64) ([]IDPair, error)
	// KeptVersions finds which versions of those clients kept answers name, by time,
	// client and version.
	KeptVersions(ctx context.Context, scope client.Scope, clientIDs []int64) ([]KeptVersion, error)
	// RemovedAppointments finds those of those clients that are remembered to be
	// removed, by id.
	RemovedAppointments(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.KnownAppointment, error)
	// ClientDeliveries finds the deliveries of webhooks about those clients, by webhook
	// and place. Whether the scope sees the clients is the caller's to know.
	ClientDeliveries(ctx context.Context, scope client.Scope, clientIDs []int64) ([]WebhookDelivery, error)
}

// KeptVersion is a version of a client that the answer to a keyed mutation names.
// Of whom the key is, and what it reads, digests alone are kept.
type KeptVersion struct {
	RecordVersion
	At time.Time
}
