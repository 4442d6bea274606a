package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
)

// Business returns the caller's business.
func (meResolver) Business(ctx context.Context, _ *model.Me) (*client.Business, error) {
	return requestOf(ctx).loaders.Business(ctx)
}

// Client returns the caller's own record, for role CLIENT.
func (r meResolver) Client(ctx context.Context, _ *model.Me) (*loader.Client, error) {
	req := requestOf(ctx)
	if req.scope.ClientID == 0 {
		return nil, nil
	}
	own, err := r.service.Client(ctx, req.scope, client.ID{Number: req.scope.ClientID}, selected(ctx))
	if err != nil {
		return nil, err
	}
	return req.loaders.WrapOne(own), nil
}

// UpdateBusiness changes the properties of the caller's business that the input names.
func (r mutationResolver) UpdateBusiness(ctx context.Context, input model.Values, idempotencyKey *string) (*model.UpdateBusinessPayload, error) {
	business, err := r.service.UpdateBusiness(ctx, requestOf(ctx).idempotent(ctx, idempotencyKey), client.Values(input))
	userErrors, err := userErrorsOf(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.UpdateBusinessPayload{Business: business, UserErrors: userErrors}, nil
}

// TimeZone describes the time zone of a business.
func (r businessResolver) TimeZone(_ context.Context, obj *client.Business) (*client.TimeZone, error) {
	return client.DescribeZone(obj.TimeZoneID, r.service.Now()), nil
}
