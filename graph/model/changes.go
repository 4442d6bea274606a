package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/clientsync"
)

// ClientChanges is a part of the change feed.
type ClientChanges struct {
	*clientsync.SyncPart
	Changes []*ClientChange
	Loaders *loader.Loaders
}

// NewClientChanges wraps the clients of all changes as one level.
func NewClientChanges(found *clientsync.SyncPart, loaders *loader.Loaders) *ClientChanges {
	clients := make([]*client.Client, len(found.Changes))
	for i, change := range found.Changes {
		clients[i] = change.Client
	}
	wrapped := loaders.Wrap(clients)
	feed := &ClientChanges{SyncPart: found, Changes: make([]*ClientChange, len(wrapped)), Loaders: loaders}
	for i := range found.Changes {
		feed.Changes[i] = &ClientChange{SyncChange: &found.Changes[i], Client: wrapped[i], Loaders: loaders}
	}
	return feed
}

// ClientChange is a change of one client.
type ClientChange struct {
	*clientsync.SyncChange
	Client  *loader.Client
	Loaders *loader.Loaders
}
