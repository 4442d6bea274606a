package merging

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is the global id of the client.
func (c ConflictOf) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }
