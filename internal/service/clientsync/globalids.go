package clientsync

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the global id of the client.
func (c *SyncChange) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }

// MergedIntoClientGlobalID is the global id of MergedIntoClientID.
func (c *SyncChange) MergedIntoClientGlobalID() *client.ID {
	return client.OptionalClientID(c.MergedIntoClientID)
}
