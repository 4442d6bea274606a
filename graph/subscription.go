package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/clientsync"
)

// ClientChanged sends changes while they happen.
func (r subscriptionResolver) ClientChanged(ctx context.Context, clientIds []*client.ID, after *string) (<-chan *model.ClientChange, error) {
	req := requestOf(ctx)
	watch, err := r.service.WatchChanges(ctx, req.scope, clientsync.WatchArgs{ClientIDs: watched(clientIds), After: after, Need: selected(ctx, "client")})
	if err != nil {
		return nil, fail(ctx, err)
	}
	changes := make(chan *model.ClientChange)
	go func() {
		defer close(changes)
		for {
			found, err := watch.Next(ctx)
			if err != nil {
				if ctx.Err() == nil {
					req.breakOff(err)
				}
				return
			}
			// What was read for earlier changes is old by now.
			loaders := loader.New(r.service.Reads, watch.Scope())
			for _, change := range model.NewClientChanges(&clientsync.SyncPart{Changes: found}, loaders).Changes {
				select {
				case changes <- change:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return changes, nil
}

// BrokenOff is why the subscription of that context ended before its time; nil
// when it did not.
func BrokenOff(ctx context.Context) error {
	return requestOf(ctx).brokenOff()
}

// watched are the clients that are asked for; nil, for all, where none are named.
func watched(ids []*client.ID) []client.ID {
	if ids == nil {
		return nil
	}
	return values(ids)
}
