package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/duplicates"
)

// DuplicateConnection is a page of groups of duplicates.
type DuplicateConnection struct {
	*duplicates.Duplicates
	Nodes []*DuplicateGroup
}

// NewDuplicateConnection wraps the clients of all groups as one level.
func NewDuplicateConnection(found *duplicates.Duplicates, loaders *loader.Loaders) *DuplicateConnection {
	var clients []*client.Client
	for _, group := range found.Groups {
		clients = append(clients, group.Clients...)
	}
	wrapped := loaders.Wrap(clients)
	connection := &DuplicateConnection{Duplicates: found, Nodes: make([]*DuplicateGroup, len(found.Groups))}
	for i, group := range found.Groups {
		size := len(group.Clients)
		connection.Nodes[i] = &DuplicateGroup{DuplicateGroup: group, Clients: wrapped[:size:size]}
		wrapped = wrapped[size:]
	}
	return connection
}

// Edges are the groups with their cursors.
func (c *DuplicateConnection) Edges() []*DuplicateEdge {
	edges := make([]*DuplicateEdge, len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = &DuplicateEdge{Cursor: c.Cursors[i], Node: node}
	}
	return edges
}

// PageInfo is the place of the page in the list.
func (c *DuplicateConnection) PageInfo() *PageInfo {
	return &PageInfo{Cursors: c.Cursors, Next: c.HasNext, Previous: c.HasPrevious}
}

// DuplicateEdge is a group with its cursor.
type DuplicateEdge struct {
	Cursor string
	Node   *DuplicateGroup
}

// DuplicateGroup is a group of clients who may be one person.
type DuplicateGroup struct {
	duplicates.DuplicateGroup
	Clients []*loader.Client
}

// Pairs are the pairs of the group, most probable first.
func (g *DuplicateGroup) Pairs() []*duplicates.DuplicatePair {
	pairs := make([]*duplicates.DuplicatePair, len(g.DuplicateGroup.Pairs))
	for i := range pairs {
		pairs[i] = &g.DuplicateGroup.Pairs[i]
	}
	return pairs
}

// Score is that of the most probable pair.
func (g *DuplicateGroup) Score() float64 { return g.DuplicateGroup.Pairs[0].Score }
