package merge

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the client that survives.
func (r *Report) ClientGlobalID() client.ID { return client.GlobalID(r.ClientID) }

// ClientGlobalIDs are those who are folded in.
func (r *Report) ClientGlobalIDs() []*client.ID { return client.GlobalIDs(r.ClientIDs) }

// ClientGlobalID is which client.
func (v VersionOf) ClientGlobalID() client.ID { return client.GlobalID(v.ClientID) }

// FromClientGlobalID is whose it was.
func (m Move) FromClientGlobalID() client.ID { return client.GlobalID(m.FromClientID) }

// FromClientGlobalID is whose value it is.
func (f Fill) FromClientGlobalID() client.ID { return client.GlobalID(f.FromClientID) }

// WinnerClientGlobalID is whose value the survivor has afterwards.
func (c *Conflict) WinnerClientGlobalID() client.ID { return client.GlobalID(c.WinnerID) }

// ClientGlobalID is whose value it is.
func (v Value) ClientGlobalID() client.ID { return client.GlobalID(v.ClientID) }
