package history

import (
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
)

// BlankClient returns a client as it is before its first entry.
func BlankClient(businessID, clientID int64) *client.Client {
	return &client.Client{BusinessID: businessID, ClientID: clientID, Lifecycle: client.Live, Status: client.StatusActive}
}

// Replay returns the client after entries, which are all entries up to a version, in
// order. It does not have what history does not record: secrets, appointments, and values
// that the service derives; see Indexer. It shares lists with the entries.
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

// Rewind returns a client as it was at an earlier version: entries are those of that
// version and of all later ones, in order, and current is the record after the last of
// them. What history does not record stays unchanged: secrets, appointments, and values
// that the service derives. The result shares lists with entries, but not with current.
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

// sign sets the version, the dates and the users of the entry.
func (e *Entry) sign(c *client.Client) {
	c.Version = e.Version
	if e.Version > 1 {
		c.ModifiedDate, c.ModifiedUser = &e.At, &e.User
		return
	}
	// A new client was never modified, except an imported one.
	c.ModifiedDate, c.ModifiedUser = nil, nil
	for _, change := range e.Changes {
		if change.Path == client.NameModifiedDate || change.Path == client.NameModifiedUser {
			change.put(c, change.After)
		}
	}
}

// put sets the value of the change's path, in the form of history; nil for none.
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

// setLive sets that lifecycle or, if there is false, makes the client live.
func setLive(c *client.Client, stage client.Lifecycle, there bool) {
	switch {
	case there:
		c.Lifecycle = stage
	case c.Lifecycle == stage:
		c.Lifecycle = client.Live
	}
}
