package history

import (
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
)

// BlankClient is what a client is before its first row of history.
func BlankClient(businessID, clientID int64) *client.Client {
	return &client.Client{BusinessID: businessID, ClientID: clientID, Lifecycle: client.Live, Status: client.StatusActive}
}

// Replay makes a client of its history: entries are all of its rows up to a
// version, by version. What history does not tell is left out: secrets,
// appointments, and what the service derives from other parts; see Indexer.
// Lists are those of the entries, not copies.
func Replay(businessID int64, entries []Entry) *client.Client {
	if len(entries) == 0 {
		return nil
	}
	c := BlankClient(businessID, entries[0].ClientID)
	for _, entry := range entries {
		for _, change := range entry.Changes {
			change.put(c, change.After)
		}
		entry.sign(c)
	}
	return c
}

// Rewind makes a client what it was at an earlier version: entries are the rows
// of that version and of all later ones, by version, and current is the record
// as the last of them left it. What history does not tell stays as it is:
// secrets, appointments, and what the service derives from other parts. The
// answer shares lists with entries, none with current.
func Rewind(current *client.Client, entries []Entry) *client.Client {
	c := current.Clone()
	if len(entries) == 0 {
		return c
	}
	for _, entry := range slices.Backward(entries[1:]) {
		for _, change := range slices.Backward(entry.Changes) {
			change.put(c, change.Before)
		}
	}
	entries[0].sign(c)
	return c
}

// sign marks the client as the version that the entry made.
func (e *Entry) sign(c *client.Client) {
	c.Version = e.Version
	if e.Version > 1 {
		c.ModifiedDate, c.ModifiedUser = &e.At, &e.User
		return
	}
	// A new client was never modified, but an imported one may have been.
	c.ModifiedDate, c.ModifiedUser = nil, nil
	for _, change := range e.Changes {
		if change.Path == client.NameModifiedDate || change.Path == client.NameModifiedUser {
			change.put(c, change.After)
		}
	}
}

// put makes the place that the change is of hold a value, as history has it; nil
// for none.
func (change *Change) put(c *client.Client, value any) {
	name, rest, _ := strings.Cut(change.Path, ".")
	switch name {
	case pathDeleted:
		setLive(c, client.Removed, value == true)
		return
	case client.NameMergedInto:
		setLive(c, client.Merged, value != nil)
	case PathViewer:
		// The edge is stored with its viewer.
		return
	case PathSubject:
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			c.SubjectIDs = client.WithID(c.SubjectIDs, id, value != nil)
		}
		return
	case client.NameFields:
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			c.FieldValues = client.WithFieldValue(c.FieldValues, id, value)
		}
		return
	}
	if p := client.PropertyByName(name); p != nil && !p.Is(client.Secret) {
		p.Set(c, value)
	}
}

// setLive makes the client be in that stage of its life, or, when it is, live again.
func setLive(c *client.Client, stage client.Lifecycle, there bool) {
	switch {
	case there:
		c.Lifecycle = stage
	case c.Lifecycle == stage:
		c.Lifecycle = client.Live
	}
}
