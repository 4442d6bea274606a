// Package loader reads the relations of clients with dataloaders, made for one request:
// one database command for each level, however many clients it has.
//
// The clients of one read are a level. Each combination of a level, a relation and the
// selected properties has a dataloader of its own, whose batch size is the number of
// clients in the level. The first client that asks loads the relation for the whole
// level, so the batch is full at once, and nothing waits for a timer.
package loader

import (
	"context"
	"sync"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Loaders are for one request: only its caller may see what they read.
type Loaders struct {
	reads *reading.Reads
	scope client.Scope

	// Most requests need few of these, so each is created when it is first asked for.
	mu          sync.Mutex
	definitions *batch[client.Definitions]
	business    *batch[*client.Business]
	groups      *batch[map[int64]*store.LocationGroup]
}

// New returns the loaders of a request.
func New(reads *reading.Reads, scope client.Scope) *Loaders {
	return &Loaders{reads: reads, scope: scope}
}

// Definitions returns the custom fields of the caller's business. They are read once.
func (l *Loaders) Definitions(ctx context.Context) (client.Definitions, error) {
	return ofBusiness(ctx, l, &l.definitions, "fieldDefinitions", l.reads.Definitions)
}

// Business returns the caller's business. It is read once.
func (l *Loaders) Business(ctx context.Context) (*client.Business, error) {
	return ofBusiness(ctx, l, &l.business, "business", l.reads.Business)
}

// LocationGroups returns those of the caller's business, by id. They are read once.
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

// ofBusiness loads a value of the caller's business, by a batch that is created for the
// first caller.
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

// Wrap makes a level of the clients of one read. nil stays nil.
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

// WrapOne makes a level of one client; nil of nil.
func (l *Loaders) WrapOne(c *client.Client) *Client { return l.Wrap([]*client.Client{c})[0] }
