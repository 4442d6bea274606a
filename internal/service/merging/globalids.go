package merging

import (
	"clientgraph/internal/client"
)

// ClientGlobalID is which client.
func (c ConflictOf) ClientGlobalID() client.ID { return client.GlobalID(c.ClientID) }
