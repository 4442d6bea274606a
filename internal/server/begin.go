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

// begun is an operation that was begun.
type begun struct {
	kind      ast.Operation
	ctx       context.Context
	cancel    context.CancelFunc
	leave     func()
	responses graphql.ResponseHandler
	executor  *engine
	// principal is the caller.
	principal string
	// charge takes the price of an event from the caller's budget. It is set for
	// subscriptions, together with unsubscribe. An event with a whole list costs more.
	charge      func(whole bool) (wait time.Duration, ok bool)
	unsubscribe func()
	// over is set after the last response.
	over bool
	// parts are the parts of the answer that plans wrote; nil if the response has them
	// itself.
	parts *graph.Parts
	// rows bounds the rows that each part of the answer reads, errors bounds its errors.
	rows   *client.RowBudget
	errors *graph.AnswerErrors
	// cost is the extension that tells the operation's cost; nil if the caller did not
	// ask for it.
	cost map[string]any
	// watched records the operation in metrics and traces. scope is the caller's, and
	// read the number of rows read so far.
	watched *telemetry.Operation
	scope   client.Scope
	read    int64
}

// rejection says why an operation was not begun: an answer without data, and its status
// over HTTP. wait, if set, is when the caller may try again. wellFormed says that only
// the operation is wrong, not the request. err is set if the caller was not admitted.
type rejection struct {
	err        error
	status     int
	wait       time.Duration
	wellFormed bool
	response   *graphql.Response
}

// begin checks an operation and begins it. Each guard stands before the step that it
// protects. All transports use it.
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

// beginInTurn begins an operation after its caller got a turn.
func (h *graphqlHandler) beginInTurn(ctx context.Context, scope client.Scope, asked *request, watched *telemetry.Operation) (*begun, *rejection) {
	who := callerOf(scope.BusinessID, scope.User)
	asked.principal = who.principal
	if h.unwritten.Full(who.principal) {
		return nil, h.refused(ctx, http.StatusServiceUnavailable, unreadPause, &client.Error{Code: codeOverloaded, Message: "too many answers are unread; read those that you asked for, then try again"})
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
		// A subscription mostly waits, so it does not keep the turn.
		leave()
	}
	return b, nil
}

// notLetIn is the rejection for a caller who got no turn, or is no longer authenticated.
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
	// Answers with several parts are small.
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

// prepare parses, measures, charges and validates a document. The order matters: no step
// does more work than the steps before it allow.
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

// next returns the next part of the answer; nil if there is no more, or the caller is
// gone. The last part of a subscription that the server ended says why.
func (b *begun) next() *graphql.Response {
	if b.over {
		return nil
	}
	b.rows.Renew()
	response := b.answer()
	b.read += b.rows.Read()
	if err := b.rows.Err(); err != nil && response != nil && b.kind != ast.Mutation {
		// A part of a list must not be answered: a caller who pages would take it for the
		// whole. The result of a mutation is answered, because it was written.
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

// answer returns the next part of the answer. For a subscription it is charged.
func (b *begun) answer() *graphql.Response {
	if !b.streams() {
		return b.responses(b.ctx)
	}
	answered := graph.AwaitEvent(b.ctx)
	// The turn must be given back even after a panic, because others wait for it.
	defer answered()
	event := b.responses(b.ctx)
	return b.charged(event, answered())
}

// shutOut says whether a subscription ended because its caller is no longer
// authenticated.
func (b *begun) shutOut() bool {
	return client.HasCode(graph.BrokenOff(b.ctx), client.CodeUnauthenticated)
}

// expired says whether the operation was ended by its deadline.
func (b *begun) expired() bool { return errors.Is(b.ctx.Err(), context.DeadlineExceeded) }

// end ends the operation and its database work, and gives its turn back.
func (b *begun) end() {
	b.cancel()
	b.leave()
	b.watched.End(b.read, b.scope.BusinessID, string(b.scope.Role))
	if b.unsubscribe != nil {
		b.unsubscribe()
	}
}
