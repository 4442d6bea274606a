package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"clientgraph/graph"
)

// engine executes operations. It does what gqlgen's executor does, without parsing and
// tracing, which would be a large part of a small operation and are done elsewhere.
type engine struct {
	*executor.Executor
	schema  graphql.ExecutableSchema
	present graphql.ErrorPresenterFunc
	// recovers turns a panic into an error.
	recovers graphql.RecoverFunc
	// around wraps the root fields of operations.
	around graphql.RootFieldMiddleware
	// whole answers whole operations by plans; nil if plans are off.
	whole wholeAnswerer
	// introspects allows operations to read the schema.
	introspects bool
}

// wholeAnswerer answers operations without gqlgen. It returns nil if gqlgen must answer.
type wholeAnswerer interface {
	AnswerWhole(ctx context.Context, operation *graphql.OperationContext) *graphql.Response
}

func newEngine(schema graphql.ExecutableSchema, o Options) *engine {
	present := graph.PresentError(o.Logger, o.Unavailable)
	if !o.Introspection {
		present = withoutNames(present)
	}
	e := &engine{
		Executor: executor.New(schema), schema: schema, introspects: o.Introspection,
		present: graph.BoundErrors(present), recovers: graph.RecoverPanic,
		around: func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) },
	}
	e.SetErrorPresenter(e.present)
	e.SetRecoverFunc(e.recovers)
	if !o.NoPlan {
		e.around = graph.AnswerByPlan
		e.whole, _ = schema.(wholeAnswerer)
	}
	if o.Telemetry.Traces() {
		// Otherwise the trace would have no step for the field of such an operation.
		e.whole = nil
		inner := e.around
		e.around = func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			return traceRoot(ctx, func(ctx context.Context) graphql.Marshaler { return inner(ctx, next) })
		}
	}
	return e
}

// operation returns the operation of a checked document that the request names, with its
// variables.
func (e *engine) operation(asked *request, document *parsed) (*graphql.OperationContext, gqlerror.List) {
	operation := &graphql.OperationContext{
		RawQuery: asked.Query, OperationName: asked.OperationName, Extensions: asked.Extensions, Headers: asked.Headers,
		Doc:                    document.QueryDocument,
		Operation:              document.Operations.ForName(asked.OperationName),
		DisableIntrospection:   !e.introspects,
		RecoverFunc:            e.recovers,
		ResolverMiddleware:     func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) },
		RootResolverMiddleware: e.around,
	}
	if operation.Operation == nil {
		return operation, gqlerror.List{invalid("operationName must name one of the operations of query")}
	}
	if len(operation.Operation.VariableDefinitions) == 0 {
		return operation, nil
	}
	var err error
	if operation.Variables, err = validator.VariableValues(e.schema.Schema(), operation.Operation, asked.Variables); err != nil {
		failed := gqlerror.WrapIfUnwrapped(err)
		errcode.Set(failed, errcode.ValidationFailed)
		return operation, gqlerror.List{failed}
	}
	return operation, nil
}

// begin begins an operation. Its responses must be read in the context that is returned.
func (e *engine) begin(ctx context.Context, operation *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	if operation.Operation.Operation == ast.Subscription {
		return e.DispatchOperation(ctx, operation)
	}
	ctx = graphql.WithOperationContext(ctx, operation)
	var responses graphql.ResponseHandler
	whole := false
	return func(ctx context.Context) *graphql.Response {
		if whole || ctx.Err() != nil {
			return nil
		}
		if responses == nil {
			if e.whole != nil {
				if response := e.whole.AnswerWhole(ctx, operation); response != nil {
					whole = true
					return response
				}
			}
			responses = e.executed(ctx)
		}
		return responses(ctx)
	}, ctx
}

// executed returns the responses of an operation that gqlgen executes.
func (e *engine) executed(ctx context.Context) graphql.ResponseHandler {
	ctx = graphql.WithResponseContext(ctx, e.present, e.recovers)
	responses := e.schema.Exec(ctx)
	return func(context.Context) *graphql.Response {
		response := responses(ctx)
		if response != nil {
			response.Errors = append(response.Errors, graphql.GetErrors(ctx)...)
		}
		return response
	}
}
