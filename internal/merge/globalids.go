package merge

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the client that survives.
func (r *MergeReport) ClientGlobalID() client.ID { return client.ClientID(r.ClientID) }

// ClientGlobalIDs are those who are folded in.
func (r *MergeReport) ClientGlobalIDs() []*client.ID { return client.GlobalIDs(r.ClientIDs) }

// ClientGlobalID is which client.
func (v VersionOf) ClientGlobalID() client.ID { return client.ClientID(v.ClientID) }

// FromClientGlobalID is whose it was.
func (m MergeMove) FromClientGlobalID() client.ID { return client.ClientID(m.FromClientID) }

// FromClientGlobalID is whose value it is.
func (f MergeFill) FromClientGlobalID() client.ID { return client.ClientID(f.FromClientID) }

// WinnerClientGlobalID is whose value the survivor has afterwards.
func (c *MergeConflict) WinnerClientGlobalID() client.ID { return client.ClientID(c.WinnerID) }

// ClientGlobalID is whose value it is.
func (v MergeValue) ClientGlobalID() client.ID { return client.ClientID(v.ClientID) }
