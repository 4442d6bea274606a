package merge

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the survivor's global id.
func (r *Report) ClientGlobalID() client.ID { return client.GlobalID(r.ClientID) }

// ClientGlobalIDs are the global ids of the folded clients.
func (r *Report) ClientGlobalIDs() []*client.ID { return client.GlobalIDs(r.ClientIDs) }

// ClientGlobalID is the global id of the client.
func (v VersionOf) ClientGlobalID() client.ID { return client.GlobalID(v.ClientID) }

// FromClientGlobalID is the global id of FromClientID.
func (m Move) FromClientGlobalID() client.ID { return client.GlobalID(m.FromClientID) }

// FromClientGlobalID is the global id of FromClientID.
func (f Fill) FromClientGlobalID() client.ID { return client.GlobalID(f.FromClientID) }

// WinnerClientGlobalID is the global id of WinnerID.
func (c *Conflict) WinnerClientGlobalID() client.ID { return client.GlobalID(c.WinnerID) }

// ClientGlobalID is the global id of the client.
func (v Value) ClientGlobalID() client.ID { return client.GlobalID(v.ClientID) }
