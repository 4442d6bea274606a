package client

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
		entries, err := tx.Entries(ctx, at.ClientID, at.Version)
		if err != nil {
			return nil, fmt.Errorf("find what changed a record: %w", err)
		}
		then.rewind(entries)
	}
	then.SealedSSN, then.PasswordHash = nil, nil
	return then, nil
}

// rewind takes back all entries but the first, which made the version that is
// wanted. Entries are in order and the last made c what it is.
func (c *Client) rewind(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	for _, entry := range slices.Backward(entries[1:]) {
		for _, change := range entry.Changes {
			c.takeBack(change)
		}
	}
	made := entries[0]
	c.Version = made.Version
	c.ModifiedDate, c.ModifiedUser = nil, nil
	if made.Operation != OperationCreate && made.Operation != OperationImport {
		c.ModifiedDate, c.ModifiedUser = &made.At, &made.User
	}
}

// takeBack gives what changed its value before; a viewer edge, which is no value
// of the record, stays.
func (c *Client) takeBack(change Change) {
	if change.Path == pathDeleted {
		c.Lifecycle = Live
		if was, _ := change.Before.(bool); was {
			c.Lifecycle = Removed
		}
		return
	}
	name, entry, _ := strings.Cut(change.Path, ".")
	if name == nameFields {
		if id, err := strconv.ParseInt(entry, 10, 64); err == nil {
			c.setField(id, change.Before)
		}
		return
	}
	if p := PropertyByName(name); p != nil && entry == "" && !p.is(secret) {
		setAt(p.at(c), change.Before)
	}
}
