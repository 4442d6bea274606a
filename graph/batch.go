package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/writing"
)

// CreateClients creates several clients.
func (r mutationResolver) CreateClients(ctx context.Context, inputs []model.Values, idempotencyKey *string) (*model.CreateClientsPayload, error) {
	results, err := r.service.CreateAll(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), valuesOf(inputs))
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.CreateClientsPayload{Results: make([]*model.CreateClientPayload, len(results)), UserErrors: userErrors}
	for i, node := range batchNodes(ctx, results) {
		payload.Results[i] = &model.CreateClientPayload{Client: node, UserErrors: nonNil(results[i].Errors)}
	}
	return payload, nil
}

// PatchClients patches several clients.
func (r mutationResolver) PatchClients(ctx context.Context, patches []*model.ClientPatchEntry, idempotencyKey *string) (*model.PatchClientsPayload, error) {
	entries := make([]writing.PatchEntry, len(patches))
	for i, patch := range patches {
		entries[i] = writing.PatchEntry{ClientID: patch.ClientID, Patch: client.Values(patch.Patch), ExpectedVersion: patch.ExpectedVersion}
	}
	results, err := r.service.PatchAll(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), entries)
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.PatchClientsPayload{Results: make([]*model.PatchClientPayload, len(results)), UserErrors: userErrors}
	for i, node := range batchNodes(ctx, results) {
		payload.Results[i] = &model.PatchClientPayload{Client: node, UserErrors: nonNil(results[i].Errors), Conflict: results[i].Conflict}
	}
	return payload, nil
}

// batchNodes wraps the clients of a batch as one level, in the order of the entries; nil
// for an entry without a client.
func batchNodes(ctx context.Context, results []writing.BatchResult) []*loader.Client {
	var clients []*client.Client
	for _, result := range results {
		if result.Client != nil {
			clients = append(clients, result.Client)
		}
	}
	wrapped := requestOf(ctx).loaders.Wrap(clients)
	nodes := make([]*loader.Client, len(results))
	for i, result := range results {
		if result.Client != nil {
			nodes[i], wrapped = wrapped[0], wrapped[1:]
		}
	}
	return nodes
}

func nonNil(errs client.Errors) []*client.Error { return append([]*client.Error{}, errs...) }

func valuesOf(inputs []model.Values) []client.Values {
	list := make([]client.Values, len(inputs))
	for i, input := range inputs {
		list[i] = client.Values(input)
	}
	return list
}
