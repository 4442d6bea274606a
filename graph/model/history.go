package model

import (
	"strconv"
	"time"

	"clientgraph/graph/scalar"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/reading"
)

// HistoryConnection is a part of a client's history.
type HistoryConnection struct{ *reading.HistoryPage }

// Edges are the entries with their cursors.
func (c *HistoryConnection) Edges() []*HistoryEdge {
	edges := make([]*HistoryEdge, len(c.Entries))
	for i, node := range c.Nodes() {
		edges[i] = &HistoryEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// Nodes are the entries alone.
func (c *HistoryConnection) Nodes() []*HistoryEntry {
	nodes := make([]*HistoryEntry, len(c.Entries))
	for i := range c.Entries {
		nodes[i] = &HistoryEntry{Entry: &c.Entries[i]}
	}
	return nodes
}

// PageInfo says where in the history the part is. Versions are numbered from 1:
// a part that begins later has something before it.
func (c *HistoryConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.More, Previous: len(c.Entries) > 0 && c.Entries[0].Version > 1}
}

// HistoryEdge is an entry with its cursor.
type HistoryEdge struct {
	Cursor string
	Node   *HistoryEntry
}

// HistoryEntry is what one mutation did to one client.
type HistoryEntry struct{ *history.Entry }

// RequestID is the id of the request that did it; nil when it had none.
func (e *HistoryEntry) RequestID() *string {
	if e.Entry.RequestID == "" {
		return nil
	}
	return &e.Entry.RequestID
}

// MergeID is the merge that was made or undone; nil with other operations.
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

// HistoryChange is a part of a client that changed.
type HistoryChange struct{ *history.Change }

// secretChanged stands for the value of a secret.
const secretChanged = "changed"

// Before is the value before.
func (c *HistoryChange) Before() any { return historyValue(c.Change.Before) }

// After is the value after.
func (c *HistoryChange) After() any {
	if c.Secret() {
		return secretChanged
	}
	return historyValue(c.Change.After)
}

// historyValue is a value as the schema's fields answer it. Whole numbers are
// ids.
func historyValue(value any) any {
	switch v := value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case []int64:
		texts := make([]string, len(v))
		for i, id := range v {
			texts[i] = strconv.FormatInt(id, 10)
		}
		return texts
	case client.Date:
		return v.String()
	case client.Status:
		return string(v)
	case time.Time:
		return scalar.FormatInstant(v)
	case []client.Alias:
		aliases := make([]any, len(v))
		for i, alias := range v {
			aliases[i] = map[string]any{"field": alias.Field, "value": alias.Value, "clientId": strconv.FormatInt(alias.ClientID, 10)}
		}
		return aliases
	case []client.MergedClient:
		merged := make([]any, len(v))
		for i, m := range v {
			merged[i] = map[string]any{
				"clientId": strconv.FormatInt(m.ClientID, 10), "mergeId": strconv.FormatInt(m.MergeID, 10), "mergedDate": scalar.FormatInstant(m.MergedDate),
			}
		}
		return merged
	}
	return value
}
