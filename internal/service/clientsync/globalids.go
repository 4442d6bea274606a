package clientsync

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the client that it happened to.
func (c *SyncChange) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }

// MergedIntoClientGlobalID is the client that MergedIntoClientID names.
func (c *SyncChange) MergedIntoClientGlobalID() *client.ID {
	return client.OptionalClientID(c.MergedIntoClientID)
}
