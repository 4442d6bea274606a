package duplicates

import (
	"clientgraph/internal/client"
)

// ClientGlobalIDs are the global ids of the two clients.
func (p DuplicatePair) ClientGlobalIDs() []*client.ID { return client.GlobalIDs(p.ClientIDs) }
