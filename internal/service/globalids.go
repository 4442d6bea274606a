package service

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the client that it happened to.
func (c *SyncChange) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }

// MergedIntoClientGlobalID is the client that MergedIntoClientID names.
func (c *SyncChange) MergedIntoClientGlobalID() *client.ID {
	return client.OptionalClientID(c.MergedIntoClientID)
}

// ClientGlobalID is which client.
func (c ConflictOf) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }

// ClientGlobalIDs are the two clients.
func (p DuplicatePair) ClientGlobalIDs() []*client.ID { return client.GlobalIDs(p.ClientIDs) }

// ID is the global id, good within the business.
func (g *LocationGroup) ID() client.ID {
	return client.ID{Type: client.TypeLocationGroup, Number: g.LocationGroupID}
}
