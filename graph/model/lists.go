package model

import (
	"clientgraph/internal/client"
	"clientgraph/internal/livelist"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/clientsync"
)

// ClientListChange is a change of a list.
type ClientListChange struct {
	Cursor string
	Kind   livelist.Kind
	// ClientID and the following fields are nil if the kind does not have them.
	ClientID               *int64
	ClientGlobalID         *client.ID
	Index                  *int64
	PreviousClientID       *int64
	PreviousClientGlobalID *client.ID
	Client                 *loader.Client
	Clients                []*loader.Client
}

// IsWhole says whether the event has the whole list.
func (c *ClientListChange) IsWhole() bool { return c.Kind == livelist.Resync }

// NewClientListChanges wraps the clients of all events as one level.
func NewClientListChanges(found []clientsync.ListEvent, loaders *loader.Loaders) []*ClientListChange {
	changes := make([]*ClientListChange, len(found))
	var clients []*client.Client
	for _, event := range found {
		clients = append(clients, event.Client)
		clients = append(clients, event.Clients...)
	}
	wrapped := loaders.Wrap(clients)
	for i, event := range found {
		change := &ClientListChange{Cursor: event.Cursor, Kind: event.Kind, Client: wrapped[0]}
		whole := len(event.Clients)
		if change.Clients, wrapped = wrapped[1:1+whole], wrapped[1+whole:]; event.Kind == livelist.Resync {
			changes[i] = change
			continue
		}
		change.Clients = nil
		change.ClientID, change.ClientGlobalID = new(event.ID), new(client.GlobalID(event.ID))
		if event.Kind != livelist.Left {
			change.Index = new(int64(event.Index))
		}
		if event.Previous != 0 {
			change.PreviousClientID, change.PreviousClientGlobalID = new(event.Previous), new(client.GlobalID(event.Previous))
		}
		changes[i] = change
	}
	return changes
}
