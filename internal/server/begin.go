package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph"
	"clientgraph/internal/client"
)

// begun is an operation under way.
type begun struct {
	kind      ast.Operation
	ctx       context.Context
	cancel    context.CancelFunc
	responses graphql.ResponseHandler
}

// begin checks an operation and begins it. What is wrong with it is a response
// without data.
func (h *graphqlHandler) begin(ctx context.Context, scope client.Scope, params *graphql.RawParams) (*begun, *graphql.Response) {
	ctx = graph.WithScope(graphql.StartOperationTrace(ctx), h.service, scope)
	params.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	operation, errs := h.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		if operation.Doc != nil && operation.Operation == nil {
			errs[0].Message = "operationName must name one of the operations of query"
		}
		return nil, h.executor.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
	}
	kind := operation.Operation.Operation
	var cancel context.CancelFunc
	if kind == ast.Subscription {
		ctx, cancel = context.WithCancel(ctx)
	} else {
		ctx, cancel = context.WithTimeout(ctx, timeout(kind))
	}
	responses, ctx := h.executor.DispatchOperation(ctx, operation)
	return &begun{kind, ctx, cancel, responses}, nil
}

func (b *begun) streams() bool           { return b.kind == ast.Subscription }
func (b *begun) next() *graphql.Response { return b.responses(b.ctx) }
func (b *begun) end()                    { b.cancel() }
