package merge

import (
	"time"

	"clientgraph/internal/client"
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
	// of their own.
	Viewers []Viewer
	// Report is what the merge answered, as JSON.
	Report []byte
	// Undone says that the merge was unmerged.
	Undone bool
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
		if p.Is(client.Derived) || p.Equal(before, after) {
			continue
		}
		j.Changed = append(j.Changed, p.Name)
		p.Copy(j.Before, before)
		p.Copy(j.After, after)
	}
}

// Precedes says whether the merge was before the one that took a client in.
func (j *Journal) Precedes(m client.MergedClient) bool {
	return j.At.Before(m.MergedDate) || (j.At.Equal(m.MergedDate) && j.MergeID < m.MergeID)
}
