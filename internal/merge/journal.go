package merge

import (
	"time"

	"clientgraph/internal/client"
)

// Journal stores what a merge changed, so that it can be undone. The folded clients'
// records stay unchanged as they were, so the journal has only the changes of the
// survivor and the viewers.
//
// It has personal data of the survivor and of the folded clients, and is found by the ids
// of all of them.
type Journal struct {
	MergeID int64
	// ClientID is the survivor, ClientIDs are the folded clients in order.
	ClientID  int64
	ClientIDs []int64
	At        time.Time
	User      string
	// Changed names the properties of the survivor that the merge changed. Before and
	// After have only these.
	Changed       []string
	Before, After *client.Client
	// Viewers are the viewers of the folded clients, ordered by id. They are stored in
	// documents of their own.
	Viewers []Viewer
	// Report is the report of the merge, as JSON.
	Report []byte
	// Undone says that the merge was undone.
	Undone bool
}

// Repointing is a change of edges that is the same for some viewers.
type Repointing struct {
	ViewerIDs []int64
	// Drop and Add are the subjects that the viewers lose and get.
	Drop, Add []int64
}

// MovedEdges are the edges of one client that a merge, or its undoing, moved.
type MovedEdges struct {
	ClientID int64
	// Gained and Lost are the subjects that the client gets and loses, ascending.
	Gained, Lost []int64
	// Paths are the paths that history would have for the change.
	Paths []string
}

// Record stores in the journal which properties differ between two states of the
// survivor, with both values.
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

// Precedes says whether this merge was before the one that folded a client in.
func (j *Journal) Precedes(m client.MergedClient) bool {
	return j.At.Before(m.MergedDate) || (j.At.Equal(m.MergedDate) && j.MergeID < m.MergeID)
}
