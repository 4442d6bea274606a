package client

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// blankClient is what a client is before its first row of history.
func blankClient(businessID, clientID int64) *Client {
	return &Client{BusinessID: businessID, ClientID: clientID, Lifecycle: Live, Status: StatusActive}
}

// Replay makes a client of its history: entries are all of its rows up to a
// version, by version. What history does not tell is left out: secrets,
// appointments, and what the service derives from other parts; see Keyer.
// Lists are those of the entries, not copies.
func Replay(businessID int64, entries []Entry) *Client {
	if len(entries) == 0 {
		return nil
	}
	c := blankClient(businessID, entries[0].ClientID)
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
func Rewind(current *Client, entries []Entry) *Client {
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
func (e *Entry) sign(c *Client) {
	c.Version = e.Version
	if e.Version > 1 {
		c.ModifiedDate, c.ModifiedUser = &e.At, &e.User
		return
	}
	// A new client was never modified, but an imported one may have been.
	c.ModifiedDate, c.ModifiedUser = nil, nil
	for _, change := range e.Changes {
		if change.Path == nameModifiedDate || change.Path == nameModifiedUser {
			change.put(c, change.After)
		}
	}
}

// put makes the place that the change is of hold a value, as history has it; nil
// for none.
func (change *Change) put(c *Client, value any) {
	name, rest, _ := strings.Cut(change.Path, ".")
	switch name {
	case pathDeleted:
		c.live(Removed, value == true)
		return
	case nameMergedInto:
		c.live(Merged, value != nil)
	case pathViewer:
		// The edge is stored with its viewer.
		return
	case pathSubject:
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			c.SubjectIDs = withID(c.SubjectIDs, id, value != nil)
		}
		return
	case nameFields:
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			c.FieldValues = withFieldValue(c.FieldValues, id, value)
		}
		return
	}
	if p := PropertyByName(name); p != nil && !p.is(secret) {
		setAt(p.At(c), value)
	}
}

// live makes the client be in that stage of its life, or, when it is, live again.
func (c *Client) live(stage Lifecycle, there bool) {
	switch {
	case there:
		c.Lifecycle = stage
	case c.Lifecycle == stage:
		c.Lifecycle = Live
	}
}

// withID is the ascending list with or without an id.
func withID(ids []int64, id int64, there bool) []int64 {
	i, found := slices.BinarySearch(ids, id)
	switch {
	case there && !found:
		return slices.Insert(ids, i, id)
	case !there && found:
		return slices.Delete(ids, i, i+1)
	}
	return ids
}

// withFieldValue is the list, by definition id, with that value for one of them;
// nil for none.
func withFieldValue(values []FieldValue, definitionID int64, value any) []FieldValue {
	i, found := slices.BinarySearchFunc(values, definitionID, func(v FieldValue, id int64) int { return cmp.Compare(v.DefinitionID, id) })
	if found {
		values = slices.Delete(values, i, i+1)
	}
	if value == nil {
		return values
	}
	return slices.Insert(values, i, FieldValue{DefinitionID: definitionID, Value: value})
}
