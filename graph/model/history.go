package model

import (
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
)

// HistoryConnection is a page of a client's history.
type HistoryConnection struct{ *reading.HistoryPage }

// Edges are the entries with their cursors.
func (c *HistoryConnection) Edges() []*HistoryEdge {
	edges := make([]*HistoryEdge, len(c.Entries))
	for i, node := range c.Nodes() {
		edges[i] = &HistoryEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the entries without their cursors.
func (c *HistoryConnection) Nodes() []*HistoryEntry {
	nodes := make([]*HistoryEntry, len(c.Entries))
	for i := range c.Entries {
		nodes[i] = &HistoryEntry{Entry: &c.Entries[i]}
	}
	return nodes
}

// PageInfo is the place of the page in the history. Versions are numbered from 1: a page
// that begins later has entries before it.
func (c *HistoryConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.More, Previous: len(c.Entries) > 0 && c.Entries[0].Version > 1}
}

// HistoryEdge is an entry with its cursor.
type HistoryEdge struct {
	Cursor string
	Node   *HistoryEntry
}

// HistoryEntry is the change of one client by one mutation.
type HistoryEntry struct{ *history.Entry }

// RequestID is the id of the mutation's request; nil if it had none.
func (e *HistoryEntry) RequestID() *string {
	if e.Entry.RequestID == "" {
		return nil
	}
	return &e.Entry.RequestID
}

// MergeID is the merge that was made or undone; nil for other operations.
func (e *HistoryEntry) MergeID() *client.ID {
	if e.Entry.MergeID == 0 {
		return nil
	}
	return &client.ID{Number: e.Entry.MergeID}
}

// Changes are what changed.
func (e *HistoryEntry) Changes() []*HistoryChange {
	changes := make([]*HistoryChange, len(e.Entry.Changes))
	for i := range e.Entry.Changes {
		changes[i] = &HistoryChange{Change: &e.Entry.Changes[i]}
	}
	return changes
}

// HistoryChange is a changed path of a client.
type HistoryChange struct{ *history.Change }

// secretChanged is shown in place of a secret's value.
const secretChanged = "changed"

// Before is the value before.
func (c *HistoryChange) Before() any { return c.shown(c.Change.Before) }

// After is the value after.
func (c *HistoryChange) After() any {
	if c.Secret() {
		return secretChanged
	}
	return c.shown(c.Change.After)
}

// shown returns a value of the change in the form of the schema, with ids as text.
func (c *HistoryChange) shown(value any) any {
	if p := client.PropertyByName(c.Path); p != nil {
		return p.Show(value)
	}
	if id, isEdge := value.(int64); isEdge {
		return strconv.FormatInt(id, 10)
	}
	return client.ShowCustom(value)
}
