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
	"sync"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Loaders belong to one request: what they read is seen by its caller alone.
type Loaders struct {
	reads *reading.Reads
	scope client.Scope

	// Most requests ask for few of these: each is made when it is first asked for.
	mu          sync.Mutex
	definitions *batch[client.Definitions]
	business    *batch[*client.Business]
	groups      *batch[map[int64]*store.LocationGroup]
}

// New returns the loaders of a request.
func New(reads *reading.Reads, scope client.Scope) *Loaders {
	return &Loaders{reads: reads, scope: scope}
}

// Definitions are the custom fields of the caller's business, read once.
func (l *Loaders) Definitions(ctx context.Context) (client.Definitions, error) {
	return ofBusiness(ctx, l, &l.definitions, "fieldDefinitions", l.reads.Definitions)
}

// Business is the caller's business, read once.
func (l *Loaders) Business(ctx context.Context) (*client.Business, error) {
	return ofBusiness(ctx, l, &l.business, "business", l.reads.Business)
}

// LocationGroups are those of the caller's business, by id, read once.
func (l *Loaders) LocationGroups(ctx context.Context) (map[int64]*store.LocationGroup, error) {
	return ofBusiness(ctx, l, &l.groups, "locationGroups", func(ctx context.Context, scope client.Scope) (map[int64]*store.LocationGroup, error) {
		groups, err := l.reads.LocationGroups(ctx, scope)
		byID := make(map[int64]*store.LocationGroup, len(groups))
		for i := range groups {
			byID[groups[i].LocationGroupID] = &groups[i]
		}
		return byID, err
	})
}

// ofBusiness loads what there is one of for the caller's business, through a batch
// that is made for whoever asks first.
func ofBusiness[V any](ctx context.Context, l *Loaders, kept **batch[V], name string, read func(context.Context, client.Scope) (V, error)) (V, error) {
	l.mu.Lock()
	if *kept == nil {
		*kept = newBatch(name, []int64{l.scope.BusinessID}, func(ctx context.Context) (map[int64]V, error) {
			value, err := read(ctx, l.scope)
			return map[int64]V{l.scope.BusinessID: value}, err
		})
	}
	asked := *kept
	l.mu.Unlock()
	return asked.load(ctx, l.scope.BusinessID)
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
