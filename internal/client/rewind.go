package client

import (
	"context"
	"fmt"
)

// recordAt is a client as a version of it was, without secrets, of which history
// has no values; nil when the scope sees no such client. Its viewer edges,
// appointments and forms are those of today.
func recordAt(ctx context.Context, tx Tx, at RecordVersion) (*Client, error) {
	found, err := tx.Clients(ctx, []int64{at.ClientID})
	if err != nil {
		return nil, fmt.Errorf("find a record: %w", err)
	}
	current := found[at.ClientID]
	if current == nil {
		return nil, nil
	}
	then := current.Clone()
	if current.Version > at.Version {
		entries, err := tx.History(ctx, []int64{at.ClientID}, at.Version-1, 0)
		if err != nil {
			return nil, fmt.Errorf("find what changed a record: %w", err)
		}
		then = Rewind(current, entries)
		then.SubjectIDs = current.SubjectIDs
	}
	then.SealedSSN, then.PasswordHash = nil, nil
	return then, nil
}
