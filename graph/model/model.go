// Package model has the types of the schema that are neither domain types nor generated.
package model

import (
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
)

// Node is anything with a global id. It is any, so that domain types need no method for
// the schema.
type Node any

// ClientConnection is a part of a list of clients.
type ClientConnection struct {
	*reading.Connection
	Nodes []*loader.Client
}

// Edges are the clients with their cursors.
func (c *ClientConnection) Edges() []*ClientEdge {
	edges := make([]*ClientEdge, len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = &ClientEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// PageInfo is the place of the part in its list.
func (c *ClientConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Connection: c.Connection}
}

// PageInfo is the place of a part in its list.
type PageInfo struct {
	Cursors []string
	// Connection finds whether clients precede or follow the part; nil if that is known
	// already and in Next and Previous.
	Connection     *reading.Connection
	Next, Previous bool
}

// StartCursor is the cursor of the first client; nil if there is none.
func (p *PageInfo) StartCursor() *string {
	if len(p.Cursors) == 0 {
		return nil
	}
	return &p.Cursors[0]
}

// EndCursor is the cursor of the last client; nil if there is none.
func (p *PageInfo) EndCursor() *string {
	if len(p.Cursors) == 0 {
		return nil
	}
	return &p.Cursors[len(p.Cursors)-1]
}

// Me is the caller.
type Me struct{ Scope client.Scope }

// User is the caller's user name.
func (m *Me) User() string { return m.Scope.User }

// Permissions are the caller's permissions, in a fixed order.
func (m *Me) Permissions() []Permission {
	names := m.Scope.Permissions.Names()
	permissions := make([]Permission, len(names))
	for i, name := range names {
		permissions[i] = Permission(strings.ToUpper(name))
	}
	return permissions
}

// Role is the caller's role.
func (m *Me) Role() client.Role { return m.Scope.Role }

// FieldFilter selects clients whose custom field has one of the values.
type FieldFilter struct {
	SchedulerPreferenceFieldDefnID client.ID
	Values                         []any
}

// ClientReport is a page of a report and its count.
type ClientReport struct {
	Clients []*loader.Client
	Count   int64
}

// Subgraph is the description of this API for routers.
type Subgraph struct {
	// SDL is the schema with the keys of its entities.
	SDL string
}
