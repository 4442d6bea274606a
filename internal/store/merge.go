package store

import (
	"context"
	"errors"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
)

// ErrTooLarge is returned by Store.Write when the transaction is too large for the
// database. Nothing was written.
var ErrTooLarge = errors.New("too much for one transaction")

// MergeTx is the part of Tx that merges and unmerges clients.
type MergeTx interface {
	// Survivors finds, for each merged client of these ids, the id of its survivor, deleted
	// or not, if the scope sees it. The result is by the id of the merged client.
	Survivors(ctx context.Context, ids []int64) (map[int64]int64, error)
	// Mergers finds which of these clients are survivors of merges since that time, with
	// all clients that were merged into them, by id.
	Mergers(ctx context.Context, ids []int64, since time.Time) (map[int64][]client.MergedClient, error)
	// FoldedClients finds the merged ones of these clients, as they were when they were
	// merged, by id.
	FoldedClients(ctx context.Context, ids []int64) (map[int64]*client.Client, error)
	// ViewersOf finds all live and deleted clients that may see one of ids, ordered by id,
	// each with the clients of among that it may see. among includes ids.
	ViewersOf(ctx context.Context, ids, among []int64) ([]merge.Viewer, error)
	// SightOf finds which of ids these viewers, merged ones included, may see, and how many
	// clients each may see altogether. Viewers that see none of ids are left out.
	SightOf(ctx context.Context, viewerIDs, ids []int64) (map[int64]merge.Viewer, error)
	// Repoint changes edges of viewers without a new version, history or feed row.
	// AnnounceMoved writes the feed rows.
	Repoint(ctx context.Context, changes []merge.Repointing) error
	// AnnounceMoved writes a feed row for each client whose edges were moved. The client
	// gets no new version.
	AnnounceMoved(ctx context.Context, at time.Time, moved []merge.MovedEdges) error
	// CountForms counts the forms of each of these clients.
	CountForms(ctx context.Context, ids []int64) (map[int64]int64, error)
	// Fold writes a client that is merged into a survivor, or is a client of its own again,
	// as Save does. Callers who see the survivor are told of the feed row too.
	Fold(before, after, survivor *client.Client, entry history.Entry, kind history.Kind) error
	// PutJournal stores the journal of a merge.
	PutJournal(journal *merge.Journal) error
	// Journal finds the journal of a merge; nil if there is none.
	Journal(ctx context.Context, mergeID int64) (*merge.Journal, error)
	// CloseJournal stores that the merge was undone.
	CloseJournal(mergeID int64)
}
