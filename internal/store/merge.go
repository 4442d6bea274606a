package store

import (
	"context"
	"errors"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
)

// ErrTooLarge is what Store.Write returns when the database can't hold so much
// in one transaction. Nothing was written.
var ErrTooLarge = errors.New("too much for one transaction")

// MergeTx is the part of Tx by which clients are merged and unmerged.
type MergeTx interface {
	// Survivors finds, for each of those ids that was merged, the id of the client
	// that it is now, deleted or not, as far as the scope sees it: by merged id.
	Survivors(ctx context.Context, ids []int64) (map[int64]int64, error)
	// Mergers finds whom those of ids hold into whom others were merged at that time
	// or later, by id.
	Mergers(ctx context.Context, ids []int64, since time.Time) (map[int64][]client.MergedClient, error)
	// FoldedClients finds the records of those clients that were merged, as they
	// were then, by id.
	FoldedClients(ctx context.Context, ids []int64) (map[int64]*client.Client, error)
	// ViewersOf finds all who may see one of those clients, live or deleted, by
	// id, with whom they saw of among, which holds ids too.
	ViewersOf(ctx context.Context, ids, among []int64) ([]merge.Viewer, error)
	// SightOf finds which of ids those viewers may see, and how many clients in all,
	// merged viewers too. Those who see none of them are not in it.
	SightOf(ctx context.Context, viewerIDs, ids []int64) (map[int64]merge.Viewer, error)
	// Repoint changes edges of viewers, without a new version, history or feed
	// row; AnnounceMoved tells of them.
	Repoint(ctx context.Context, changes []merge.Repointing) error
	// AnnounceMoved writes a feed row of each of those clients: its edges were
	// moved, which is no new version of it.
	AnnounceMoved(ctx context.Context, at time.Time, moved []merge.MovedEdges) error
	// CountForms counts the forms that each of those clients signed.
	CountForms(ctx context.Context, ids []int64) (map[int64]int64, error)
	// Fold writes, as Save does, a client that is folded into a survivor, or comes
	// out of it. The feed row is for those who see the survivor too.
	Fold(before, after, survivor *client.Client, entry history.Entry, kind history.Kind) error
	// PutJournal keeps the journal of a merge.
	PutJournal(journal *merge.Journal) error
	// Journal finds the journal of a merge; nil when there is none.
	Journal(ctx context.Context, mergeID int64) (*merge.Journal, error)
	// CloseJournal keeps that the merge is undone.
	CloseJournal(mergeID int64)
}
