package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/graph"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
	"clientgraph/internal/plan"
	"clientgraph/internal/service/duplicates"
	"clientgraph/internal/telemetry"
)

// begun is an operation under way.
type begun struct {
	kind      ast.Operation
	ctx       context.Context
	cancel    context.CancelFunc
	leave     func()
	responses graphql.ResponseHandler
	executor  *engine
	// principal is who asked.
	principal string
	// charge takes the price of an event from the caller's budget; set for
	// subscriptions, and unsubscribe with it.
	// It is more where the event has a whole list.
	charge      func(whole bool) (wait time.Duration, ok bool)
	unsubscribe func()
	// over is set when the last response was given.
	over bool
	// parts are what plans wrote of the answer; nil where that is in it.
	parts *graph.Parts
	// rows bounds what each part of the answer reads, errors what it tells of.
	rows   *client.RowBudget
	errors *graph.AnswerErrors
	// cost is what the answer tells of it; nil where nobody asked.
	cost map[string]any
	// watched is told what the operation does, scope whose it is, and read how many
	// rows it has read.
	watched *telemetry.Operation
	scope   client.Scope
	read    int64
}

// rejection is why an operation was not begun: an answer without data, and the
// status that it has over HTTP. wait, where there is one, is how long to stay
// away. Of a request that is well formed only the operation is wrong. err is set
// where the caller was not let in.
type rejection struct {
	err        error
	status     int
	wait       time.Duration
	wellFormed bool
	response   *graphql.Response
}

// begin takes an operation through everything that stands before its execution,
// each guard before the step that it guards, and begins it. All transports come
// through here.
func (h *graphqlHandler) begin(ctx context.Context, scope client.Scope, asked *request) (*begun, *rejection) {
	ctx, watched := h.telemetry.Begin(ctx, asked.Headers, requestID(ctx))
	b, failed := h.beginInTurn(ctx, scope, asked, watched)
	if failed != nil {
		watched.Answered(func() []string { return codesOf(failed.response.Errors) })
		watched.End(0, scope.BusinessID, string(scope.Role))
		return nil, failed
	}
	b.watched, b.scope = watched, scope
	return b, nil
}

// beginInTurn begins an operation once it is its caller's turn.
func (h *graphqlHandler) beginInTurn(ctx context.Context, scope client.Scope, asked *request, watched *telemetry.Operation) (*begun, *rejection) {
	who := callerOf(scope.BusinessID, scope.User)
	asked.principal = who.principal
	if h.unwritten.Full(who.principal) {
		return nil, h.refused(ctx, http.StatusServiceUnavailable, unreadPause, &client.Error{Code: codeOverloaded, Message: "too many answers wait to be read; read those that you asked for, then try again"})
	}
	leave, turn := h.slots.Enter(ctx, who.business, who.principal)
	if turn != limit.TurnTaken {
		return nil, h.notLetIn(ctx, overloaded(turn))
	}
	watched.Turn()
	b, failed := h.beginWithin(ctx, scope, asked, watched)
	if failed != nil {
		leave()
		return nil, failed
	}
	b.leave = leave
	if b.streams() {
		// It waits for what happens rather than works.
		leave()
	}
	return b, nil
}

// notLetIn is why an operation of a caller was not begun who has no turn, or may
// no longer be here.
func (h *graphqlHandler) notLetIn(ctx context.Context, err error) *rejection {
	refused := h.refusalOf(err)
	extensions := map[string]any{"code": refused.code}
	if refused.status >= http.StatusInternalServerError {
		extensions["errorId"] = requestID(ctx)
	}
	return &rejection{err: err, status: refused.status, response: &graphql.Response{Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}}}}
}

func (h *graphqlHandler) beginWithin(ctx context.Context, scope client.Scope, asked *request, watched *telemetry.Operation) (*begun, *rejection) {
	if refusal := h.persisted.find(asked); refusal != nil {
		failed := h.refused(ctx, http.StatusBadRequest, 0, refusal)
		failed.wellFormed = refusal.Code != codeBadRequest
		return nil, failed
	}
	document, cost, failed := h.prepare(ctx, asked)
	if failed != nil {
		return nil, failed
	}
	var plans *plan.Cache
	if h.planned {
		plans = document.plans
	}
	// What is told in several answers is small.
	ctx, under := graph.WithOperation(ctx, h.service, scope, plans, h.limits.Rows, !asked.streams)
	operation, errs := h.executor.operation(asked, document)
	if errs != nil {
		return nil, &rejection{status: http.StatusBadRequest, wellFormed: true, response: h.executor.DispatchError(graphql.WithOperationContext(ctx, operation), errs)}
	}
	h.persisted.keep(asked.principal, asked)
	watched.Is(func() telemetry.About { return about(operation.Operation, document.hash, cost) })
	b := &begun{kind: operation.Operation.Operation, principal: asked.principal, executor: h.executor, parts: under.Parts(), rows: under.Rows(), errors: under.Errors()}
	switch {
	case asked.readOnly && b.kind == ast.Mutation:
		return nil, h.refused(ctx, http.StatusMethodNotAllowed, 0, &client.Error{Code: codeMethodNotAllowed, Message: "send mutations by POST"})
	case b.streams() && !asked.streams:
		return nil, h.refused(ctx, http.StatusNotAcceptable, 0, &client.Error{Code: codeNotAcceptable, Message: "subscribe by WebSocket, or take text/event-stream"})
	}
	if asked.wantsCost() {
		b.cost = map[string]any{"cost": cost, "limit": h.limits.Shape.Cost}
	}
	if b.kind == ast.Query {
		under.CountOnce()
	}
	if b.streams() {
		if failed := h.subscribe(ctx, b, prices{cost, h.eventCost(asked, document, cost)}); failed != nil {
			return nil, failed
		}
		ctx, b.cancel = context.WithCancel(ctx)
	} else {
		ctx, b.cancel = context.WithTimeout(ctx, h.limits.time(operation))
	}
	b.responses, b.ctx = h.executor.begin(ctx, operation)
	return b, nil
}

// refused presents a refusal as an answer.
func (h *graphqlHandler) refused(ctx context.Context, status int, wait time.Duration, err error) *rejection {
	ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{})
	return &rejection{status: status, wait: wait, response: h.executor.DispatchError(ctx, gqlerror.List{{Err: err, Message: err.Error()}})}
}

// prepare parses, measures, charges and validates a document, in this order:
// nothing is done with it before what bounds that.
func (h *graphqlHandler) prepare(ctx context.Context, asked *request) (*parsed, int64, *rejection) {
	var cost int64
	document, valid, err := h.document(asked)
	if err == nil {
		cost, err = document.prices.Check(h.limits.Shape, h.schema, document.QueryDocument, document.Operations.ForName(asked.OperationName), asked.Variables)
	}
	if err == nil {
		err = h.checkIntrospection(document.QueryDocument, document.Operations.ForName(asked.OperationName))
	}
	if client.AsErrors(err) != nil {
		failed := h.refused(ctx, http.StatusBadRequest, 0, err)
		failed.wellFormed = true
		return nil, 0, failed
	}
	if wait, ok := h.spend(asked.principal, cost); !ok {
		return nil, 0, h.refused(ctx, http.StatusTooManyRequests, wait, duplicates.RateLimited(wait))
	}
	var invalid gqlerror.List
	if err != nil {
		invalid = asList(err)
	} else if !valid {
		invalid = h.validate(asked, document)
	}
	if invalid != nil {
		ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{})
		return nil, 0, &rejection{status: http.StatusBadRequest, wellFormed: true, response: h.executor.DispatchError(ctx, invalid)}
	}
	return document, cost, nil
}

// spend takes an operation's cost from the budget of its principal.
func (h *graphqlHandler) spend(principal string, cost int64) (time.Duration, bool) {
	if h.points == nil {
		return 0, true
	}
	return h.points.TakeMany(principal, max(cost, 1))
}

// principal names a caller: a user of a business.
func principal(scope client.Scope) string { return callerOf(scope.BusinessID, scope.User).principal }

func (b *begun) streams() bool { return b.kind == ast.Subscription }

// next is the next part of the answer; nil when there is no more, or nobody
// waits for it. A subscription that ended before its time tells why.
func (b *begun) next() *graphql.Response {
	if b.over {
		return nil
	}
	b.rows.Renew()
	response := b.answer()
	b.read += b.rows.Read()
	if err := b.rows.Err(); err != nil && response != nil && b.kind != ast.Mutation {
		// Not a half of it: who pages would take that for all there is. What a
		// mutation wrote is told.
		_ = b.errors.Take()
		response = b.executor.DispatchError(b.ctx, gqlerror.List{{Err: err, Message: err.Error()}})
		response.Data, b.parts = json.RawMessage("null"), nil
	}
	if response == nil {
		b.over = true
		if cause := graph.BrokenOff(b.ctx); cause != nil {
			response = b.executor.DispatchError(b.ctx, gqlerror.List{{Err: cause, Message: cause.Error()}})
		}
	}
	if response != nil {
		response.Errors = b.errors.Take()
		b.watched.Answered(func() []string { return codesOf(response.Errors) })
	}
	if response != nil && b.cost != nil {
		if response.Extensions == nil {
			response.Extensions = map[string]any{}
		}
		response.Extensions["cost"] = b.cost
	}
	return response
}

// answer is the next part of the answer, which a subscription pays for.
func (b *begun) answer() *graphql.Response {
	if !b.streams() {
		return b.responses(b.ctx)
	}
	answered := graph.AwaitEvent(b.ctx)
	// Whatever happens in it, others wait for the turn that it has.
	defer answered()
	event := b.responses(b.ctx)
	return b.charged(event, answered())
}

// shutOut says whether a subscription ended because its caller is no longer let
// in.
func (b *begun) shutOut() bool {
	return client.HasCode(graph.BrokenOff(b.ctx), client.CodeUnauthenticated)
}

// expired says whether the operation was ended because its time was over.
func (b *begun) expired() bool { return errors.Is(b.ctx.Err(), context.DeadlineExceeded) }

// end ends the operation and what it does in the database, and gives its turn
// up.
func (b *begun) end() {
	b.cancel()
	b.leave()
	b.watched.End(b.read, b.scope.BusinessID, string(b.scope.Role))
	if b.unsubscribe != nil {
		b.unsubscribe()
	}
}
