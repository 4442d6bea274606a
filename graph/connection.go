package graph

import (
	"context"

	"clientgraph/graph/model"
)

// TotalCount counts the whole list. It is counted only if selected.
func (r connectionResolver) TotalCount(ctx context.Context, obj *model.ClientConnection) (int64, error) {
	return r.service.TotalCount(ctx, obj.Connection)
}

// HasNextPage says whether the list continues.
func (r pageInfoResolver) HasNextPage(ctx context.Context, obj *model.PageInfo) (bool, error) {
	if obj.Connection == nil {
		return obj.Next, nil
	}
	return r.service.HasNextPage(ctx, obj.Connection)
}

// HasPreviousPage says whether clients precede the page.
func (r pageInfoResolver) HasPreviousPage(ctx context.Context, obj *model.PageInfo) (bool, error) {
	if obj.Connection == nil {
		return obj.Previous, nil
	}
	return r.service.HasPreviousPage(ctx, obj.Connection)
}
