package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Erasure is a client that was erased, of whom something is left to purge. It
// remembers who erased the client until that is done: other clients' histories
// are to tell it.
type Erasure struct {
	BusinessID, ClientID int64
	At                   time.Time
	User                 string
	Role                 client.Role
	RequestID            string
}

// EraseStore is what a Store does about erasures.
type EraseStore interface {
	// Erasures finds those of all businesses that are to be purged, at most limit.
	Erasures(ctx context.Context, limit int64) ([]Erasure, error)
	// Purge deletes what is left of an erased client apart from other clients'
	// records, in batches: history, forms, appointments, kept answers, dismissals
	// and the journal of merges. Rows of the feed keep nothing but their number, and
	// histories of clients that it was merged into for a while none of its values.
	// It may be run again after it stopped anywhere.
	Purge(ctx context.Context, erasure Erasure) error
	// EndErasure leaves a tombstone without personal data: the id, its business and
	// when it was erased.
	EndErasure(ctx context.Context, erasure Erasure) error
}

// EraseTx is the part of Tx by which clients are erased.
type EraseTx interface {
	// Erase deletes clients and writes a tombstone and a feed row of each. Entry
	// says when, who and by which request.
	Erase(clients []*client.Client, entry history.Entry)
	// Erased finds those ids whose clients were erased in any business.
	Erased(ctx context.Context, ids []int64) ([]int64, error)
	// AllViewers finds clients who may see that one, in any stage of their life: at
	// most limit.
	AllViewers(ctx context.Context, subjectID, limit int64) ([]*client.Client, error)
	// PendingSubjects are the ids of clients whom an erased client could see, and whose
	// change rows are not written yet.
	PendingSubjects(ctx context.Context, erasedID int64) ([]int64, error)
	// PutPendingSubjects stores those of them that are left.
	PutPendingSubjects(erasedID int64, left []int64)
}
