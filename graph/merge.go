package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/service/writing"
)

// PreviewMerge returns the report of a merge without making it.
func (r queryResolver) PreviewMerge(ctx context.Context, clientID client.ID, clientIds []*client.ID, choices []*merge.Choice) (*model.MergeReport, error) {
	report, err := r.service.PreviewMerge(ctx, requestOf(ctx).scope, merging.MergeArgs{
		ClientID: clientID, ClientIDs: values(clientIds), Choices: values(choices),
	})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &model.MergeReport{Report: report}, nil
}

// MergeClients merges clients into one.
func (r mutationResolver) MergeClients(ctx context.Context, clientID client.ID, clientIds []*client.ID, choices []*merge.Choice, expectedVersions []*merging.ExpectedVersion, idempotencyKey *string) (*model.MergeClientsPayload, error) {
	result, err := r.service.Merge(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), merging.MergeArgs{
		ClientID: clientID, ClientIDs: values(clientIds), Choices: values(choices), ExpectedVersions: values(expectedVersions),
	})
	node, userErrors, err := answer(ctx, writing.Result{Client: result.Client}, err)
	if err != nil {
		return nil, err
	}
	payload := &model.MergeClientsPayload{Client: node, UserErrors: userErrors, Conflicts: pointers(result.Conflicts)}
	if result.Report != nil {
		payload.MergeID, payload.Report = &client.ID{Number: result.MergeID}, &model.MergeReport{Report: result.Report}
	}
	return payload, nil
}

// UnmergeClients undoes a merge.
func (r mutationResolver) UnmergeClients(ctx context.Context, mergeID client.ID, choices []*merging.UnmergeChoice, expectedVersion *int64, idempotencyKey *string) (*model.UnmergeClientsPayload, error) {
	req := requestOf(ctx)
	result, err := r.service.Unmerge(ctx, req.idempotent(ctx, idempotencyKey), merging.UnmergeArgs{
		MergeID: mergeID, Choices: values(choices), ExpectedVersion: expectedVersion,
	})
	node, userErrors, err := answer(ctx, result.Result, err)
	if err != nil {
		return nil, err
	}
	return &model.UnmergeClientsPayload{
		Client: node, Clients: req.loaders.Wrap(result.Clients), UserErrors: userErrors,
		Conflict: result.Conflict, Conflicts: pointers(result.Conflicts),
	}, nil
}

// MergedClients are the clients that were merged into this one.
func (clientResolver) MergedClients(_ context.Context, obj *loader.Client) ([]*model.MergedClient, error) {
	merged := make([]*model.MergedClient, len(obj.Merged))
	for i := range obj.Merged {
		merged[i] = &model.MergedClient{MergedClient: obj.Merged[i], Survivor: obj}
	}
	return merged, nil
}

// Aliases are values that merged clients had, and that still find the client.
func (clientResolver) Aliases(_ context.Context, obj *loader.Client) ([]*client.Alias, error) {
	return pointers(obj.Aliases), nil
}
