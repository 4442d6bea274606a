package writing

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// RecordAt returns a version of a client, without secrets, because history does not have
// their values; nil if the scope sees no such client. Viewer edges, appointments and
// forms are today's; a client that was merged since has none.
func RecordAt(ctx context.Context, tx store.Tx, at store.RecordVersion) (*client.Client, error) {
	current, err := findRecord(ctx, tx, at.ClientID)
	if current == nil || err != nil {
		return nil, err
	}
	then := current.Clone()
	if current.Version > at.Version {
		entries, err := tx.History(ctx, []int64{at.ClientID}, at.Version-1, 0)
		if err != nil {
			return nil, fmt.Errorf("find what changed a record: %w", err)
		}
		then = history.Rewind(current, entries)
		then.SubjectIDs = current.SubjectIDs
	}
	then.SealedSSN, then.PasswordHash = nil, nil
	return then, nil
}

// findRecord finds a client, also a merged one, without the edges and appointments that
// its survivor took over.
func findRecord(ctx context.Context, tx store.Tx, clientID int64) (*client.Client, error) {
	ids := []int64{clientID}
	found, err := tx.Clients(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("find a record: %w", err)
	}
	survivors, err := reading.SurvivorsOf(ctx, tx, ids, found)
	if err != nil || survivors[clientID] == 0 {
		return found[clientID], err
	}
	folded, err := tx.FoldedClients(ctx, ids)
	if err != nil || folded[clientID] == nil {
		return nil, err
	}
	c := folded[clientID].Clone()
	c.SubjectIDs, c.Appointments = nil, nil
	return c, nil
}
