package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Erasure is the erasure of a client that is not purged completely. It names the caller
// who erased the client, for the histories of other clients.
type Erasure struct {
	BusinessID, ClientID int64
	At                   time.Time
	User                 string
	Role                 client.Role
	RequestID            string
}

// EraseStore is the part of Store that completes erasures.
type EraseStore interface {
	// Erasures finds at most limit erasures of all businesses that are not purged.
	Erasures(ctx context.Context, limit int64) ([]Erasure, error)
	// Purge deletes what is left of an erased client outside other clients' records, in
	// batches: history, forms, appointments, stored answers, dismissals and the journal of
	// merges. Rows of the feed keep only their number. Histories of clients that it was
	// merged into for a while lose its values. It can be run again after a failure.
	Purge(ctx context.Context, erasure Erasure) error
	// EndErasure reduces the tombstone to the id, its business and the time of the erasure,
	// none of which is personal data.
	EndErasure(ctx context.Context, erasure Erasure) error
}

// EraseTx is the part of Tx that erases clients.
type EraseTx interface {
	// Erase deletes clients and writes a tombstone and a feed row for each. entry says
	// when, by whom and by which request.
	Erase(clients []*client.Client, entry history.Entry)
	// Erased finds which of these ids belonged to erased clients of any business.
	Erased(ctx context.Context, ids []int64) ([]int64, error)
	// AllViewers finds at most limit clients that may see the subject, also deleted and
	// merged ones.
	AllViewers(ctx context.Context, subjectID, limit int64) ([]*client.Client, error)
	// PendingSubjects returns the ids of the clients that an erased client could see and
	// whose feed rows are not written yet.
	PendingSubjects(ctx context.Context, erasedID int64) ([]int64, error)
	// PutPendingSubjects stores the ids that are left.
	PutPendingSubjects(erasedID int64, left []int64)
}
