package graph

import (
	"context"
	"slices"
	"sync"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Node returns the object with a global id.
func (r queryResolver) Node(ctx context.Context, id client.ID) (model.Node, error) {
	ids := []*client.ID{&id}
	found, err := r.foundNodes(ctx, ids)
	if err != nil {
		return nil, err
	}
	if found[0].Merged == nil && found[0].Client != nil && answersOne(ctx, found[0].Client) {
		return nil, nil
	}
	nodes, err := r.nodes(ctx, ids, found)
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// Nodes returns the objects with global ids, in order.
func (r queryResolver) Nodes(ctx context.Context, ids []*client.ID) ([]model.Node, error) {
	found, err := r.foundNodes(ctx, ids)
	if err != nil || answersNodes(ctx, ids, found) {
		return nil, err
	}
	return r.nodes(ctx, ids, found)
}

// foundNodes returns the clients with global ids, also merged ones.
func (r queryResolver) foundNodes(ctx context.Context, ids []*client.ID) ([]reading.Found, error) {
	found, err := r.service.Nodes(ctx, requestOf(ctx).scope, values(ids), selected(ctx).With(selected(ctx, "survivor")))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return found, nil
}

// nodes returns the objects with global ids: the clients that were found, and other
// objects.
func (r queryResolver) nodes(ctx context.Context, ids []*client.ID, found []reading.Found) ([]model.Node, error) {
	clients := make([]*client.Client, len(ids))
	for i := range found {
		clients[i] = found[i].Client
	}
	nodes := make([]model.Node, len(ids))
	for i, c := range requestOf(ctx).loaders.Wrap(clients) {
		switch {
		case c == nil:
		case found[i].Merged != nil:
			nodes[i] = &model.MergedClient{MergedClient: *found[i].Merged, Survivor: c}
		default:
			nodes[i] = c
		}
	}
	return nodes, r.otherNodes(ctx, ids, nodes)
}

// otherNodes adds the objects that are not clients at the places of their global ids:
// custom fields, also retired ones, location groups, webhooks, jobs and the caller's
// business.
func (r queryResolver) otherNodes(ctx context.Context, ids []*client.ID, nodes []model.Node) error {
	loaders := requestOf(ctx).loaders
	webhooks := sync.OnceValues(func() ([]store.Webhook, error) { return r.service.Webhooks(ctx, requestOf(ctx).scope) })
	jobs := sync.OnceValues(func() (map[int64]*store.Job, error) {
		return r.service.JobsByID(ctx, requestOf(ctx).scope, numbers(ofType(ids, client.TypeJob), client.TypeJob))
	})
	for i, id := range ids {
		var err error
		switch id.Type {
		case client.TypeWebhook:
			var all []store.Webhook
			// For a caller who may not see webhooks there are none.
			if all, err = webhooks(); err == nil {
				nodes[i] = webhookOf(all, id.Number)
			} else if client.HasCode(err, client.CodeForbidden) {
				err = nil
			}
		case client.TypeJob:
			var all map[int64]*store.Job
			if all, err = jobs(); err == nil {
				nodes[i] = orNull(all[id.Number])
			}
		case client.TypeFieldDefinition:
			var definitions client.Definitions
			if definitions, err = loaders.Definitions(ctx); err == nil {
				nodes[i] = orNull(definitions.ByID(id.Number))
			}
		case client.TypeLocationGroup:
			var groups map[int64]*store.LocationGroup
			if groups, err = loaders.LocationGroups(ctx); err == nil {
				nodes[i] = orNull(groups[id.Number])
			}
		case client.TypeBusiness:
			if id.Number != requestOf(ctx).scope.BusinessID {
				continue
			}
			var business *client.Business
			if business, err = loaders.Business(ctx); err == nil {
				nodes[i] = orNull(business)
			}
		}
		if err != nil {
			return fail(ctx, err)
		}
	}
	return nil
}

// ofType returns the global ids of a type.
func ofType(ids []*client.ID, typeName string) []*client.ID {
	return slices.DeleteFunc(slices.Clone(ids), func(id *client.ID) bool { return id.Type != typeName })
}

// webhookOf returns the webhook with that id, or null.
func webhookOf(all []store.Webhook, id int64) model.Node {
	for i := range all {
		if all[i].WebhookID == id {
			return &all[i]
		}
	}
	return nil
}

// orNull returns the object that found points to, or null: an interface with a nil
// pointer is not nil.
func orNull[T any](found *T) model.Node {
	if found == nil {
		return nil
	}
	return found
}
