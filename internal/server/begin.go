package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/graph"
	"clientgraph/internal/client"
)

// begun is an operation under way.
type begun struct {
	kind      ast.Operation
	ctx       context.Context
	cancel    context.CancelFunc
	responses graphql.ResponseHandler
	executor  *executor.Executor
	// over is set when the last response was given.
	over bool
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
	return &begun{kind: kind, ctx: ctx, cancel: cancel, responses: responses, executor: h.executor}, nil
}

func (b *begun) streams() bool { return b.kind == ast.Subscription }

// next is the next part of the answer; nil when there is no more, or nobody
// waits for it. A subscription that ended before its time tells why.
func (b *begun) next() *graphql.Response {
	if b.over {
		return nil
	}
	response := b.responses(b.ctx)
	if response == nil {
		b.over = true
		if cause := graph.BrokenOff(b.ctx); cause != nil {
			response = b.executor.DispatchError(b.ctx, gqlerror.List{{Err: cause, Message: cause.Error()}})
		}
	}
	return response
}

// shutOut says whether a subscription ended because its caller is no longer let
// in.
func (b *begun) shutOut() bool {
	return client.HasCode(graph.BrokenOff(b.ctx), client.CodeUnauthenticated)
}

// end ends the operation and what it does in the database.
func (b *begun) end() { b.cancel() }
