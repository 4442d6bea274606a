package merge

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// Journal is what is kept of a merge so that it can be undone. What the folded
// clients were is in their own records, which nothing changes any more; here is
// what the merge changed about the survivor and the viewers.
//
// It holds personal data of the survivor and of those folded in, and is found by
// the ids of all of them.
type Journal struct {
	MergeID int64
	// ClientID is the survivor, ClientIDs are those who were folded in, in order.
	ClientID  int64
	ClientIDs []int64
	At        time.Time
	User      string
	// Changed names the properties of the survivor that the merge changed. Before
	// and After hold these and nothing else.
	Changed       []string
	Before, After *client.Client
	// Viewers are who saw one of the folded clients, by id. They are kept in rows
	// of their own: see MergeTx.
	Viewers []Viewer
	// Report is what the merge answered, as JSON.
	Report []byte
	// Undone says that the merge was unmerged.
	Undone bool
}

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
	ViewersOf(ctx context.Context, ids, among []int64) ([]Viewer, error)
	// SightOf finds which of ids those viewers may see, and how many clients in all,
	// merged viewers too. Those who see none of them are not in it.
	SightOf(ctx context.Context, viewerIDs, ids []int64) (map[int64]Viewer, error)
	// Repoint changes edges of viewers, without a new version, history or feed
	// row; AnnounceMoved tells of them.
	Repoint(ctx context.Context, changes []Repointing) error
	// AnnounceMoved writes a feed row of each of those clients: its edges were
	// moved, which is no new version of it.
	AnnounceMoved(ctx context.Context, at time.Time, moved []MovedEdges) error
	// CountForms counts the forms that each of those clients signed.
	CountForms(ctx context.Context, ids []int64) (map[int64]int64, error)
	// Fold writes, as Save does, a client that is folded into a survivor, or comes
	// out of it. The feed row is for those who see the survivor too.
	Fold(before, after, survivor *client.Client, entry history.Entry, kind history.Kind) error
	// PutJournal keeps the journal of a merge.
	PutJournal(journal *Journal) error
	// Journal finds the journal of a merge; nil when there is none.
	Journal(ctx context.Context, mergeID int64) (*Journal, error)
	// CloseJournal keeps that the merge is undone.
	CloseJournal(mergeID int64)
}

// Repointing is a change of some viewers' edges, the same for each.
type Repointing struct {
	ViewerIDs []int64
	// Drop and Add are whom they see no more, and whom they see from now on.
	Drop, Add []int64
}

// MovedEdges are the edges of one client that a merge, or its undoing, moved.
type MovedEdges struct {
	ClientID int64
	// Gained and Lost are whom the client may see, or may no longer see, ascending.
	Gained, Lost []int64
	// Paths are those that history would have of the change.
	Paths []string
}

// Record keeps in the journal which properties differ between two states of the
// survivor, and both values of each.
func (j *Journal) Record(before, after *client.Client) {
	j.Before, j.After = &client.Client{ClientID: before.ClientID}, &client.Client{ClientID: after.ClientID}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if p.Is(client.Derived) || client.EqualValues(client.ValueAt(p.At(before)), client.ValueAt(p.At(after))) {
			continue
		}
		j.Changed = append(j.Changed, p.Name)
		client.CopyPlace(p.At(j.Before), p.At(before))
		client.CopyPlace(p.At(j.After), p.At(after))
	}
}

// Precedes says whether the merge was before the one that took a client in.
func (j *Journal) Precedes(m client.MergedClient) bool {
	return j.At.Before(m.MergedDate) || (j.At.Equal(m.MergedDate) && j.MergeID < m.MergeID)
}
