// Package loader reads the relations of clients for one request with dataloaders,
// one database command a level, whatever the level's width.
//
// The clients of one read are a level. Each relation of a level, with the parts of
// the related clients that are wanted, has a dataloader of its own, whose batch is
// as large as the level has clients. The first client asked loads the relation for
// the whole level, so the batch is full at once, and no timer is on the way.
package loader

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Loaders belong to one request: what they read is seen by its caller alone.
type Loaders struct {
	reads *reading.Reads
	scope client.Scope

	definitions *batch[client.Definitions]
	business    *batch[*client.Business]
	groups      *batch[map[int64]*store.LocationGroup]
}

// New returns the loaders of a request.
func New(reads *reading.Reads, scope client.Scope) *Loaders {
	own := []int64{scope.BusinessID}
	return &Loaders{
		reads: reads,
		scope: scope,
		definitions: newBatch("fieldDefinitions", own, func(ctx context.Context) (map[int64]client.Definitions, error) {
			definitions, err := reads.Definitions(ctx, scope)
			return map[int64]client.Definitions{scope.BusinessID: definitions}, err
		}),
		business: newBatch("business", own, func(ctx context.Context) (map[int64]*client.Business, error) {
			business, err := reads.Business(ctx, scope)
			return map[int64]*client.Business{scope.BusinessID: business}, err
		}),
		groups: newBatch("locationGroups", own, func(ctx context.Context) (map[int64]map[int64]*store.LocationGroup, error) {
			groups, err := reads.LocationGroups(ctx, scope)
			byID := make(map[int64]*store.LocationGroup, len(groups))
			for i := range groups {
				byID[groups[i].LocationGroupID] = &groups[i]
			}
			return map[int64]map[int64]*store.LocationGroup{scope.BusinessID: byID}, err
		}),
	}
}

// Definitions are the custom fields of the caller's business, read once.
func (l *Loaders) Definitions(ctx context.Context) (client.Definitions, error) {
	return l.definitions.load(ctx, l.scope.BusinessID)
}

// Business is the caller's business, read once.
func (l *Loaders) Business(ctx context.Context) (*client.Business, error) {
	return l.business.load(ctx, l.scope.BusinessID)
}

// LocationGroups are those of the caller's business, by id, read once.
func (l *Loaders) LocationGroups(ctx context.Context) (map[int64]*store.LocationGroup, error) {
	return l.groups.load(ctx, l.scope.BusinessID)
}

// Client is a client with its level.
type Client struct {
	*client.Client
	level *level
}

// Wrap makes one level of the clients of one read. An absent client stays
// absent.
func (l *Loaders) Wrap(clients []*client.Client) []*Client {
	wrapped := make([]*Client, len(clients))
	level := &level{loaders: l}
	for i, c := range clients {
		if c != nil {
			wrapped[i] = &Client{Client: c, level: level}
			level.clients = append(level.clients, c)
		}
	}
	return wrapped
}

// WrapOne makes a level of one client; nil of none.
func (l *Loaders) WrapOne(c *client.Client) *Client { return l.Wrap([]*client.Client{c})[0] }
