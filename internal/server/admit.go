package server

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/conns"
	"clientgraph/internal/limit"
)

// admitted is a caller who was let in.
type admitted struct {
	scope client.Scope
	// expires is when the token stops being accepted.
	expires time.Time
}

// admit says who sends an Authorization header of that value, and what the caller
// may touch. A client's own record is looked up for that, in a turn of the
// client's. Errors of code UNAUTHENTICATED, TOO_MANY_REQUESTS and OVERLOADED are the
// caller's; any other is internal, and logged here.
func (h *graphqlHandler) admit(ctx context.Context, authorization string) (admitted, error) {
	identity, err := h.identify(ctx, authorization)
	if err != nil {
		return admitted{}, err
	}
	if identity.Role == client.RoleClient {
		who := callerOf(identity.BusinessID, identity.User)
		leave, turn := h.slots.Enter(ctx, who.business, who.principal)
		if turn != limit.TurnTaken {
			return admitted{}, overloaded(turn)
		}
		defer leave()
	}
	scope, err := h.scope(ctx, identity)
	if err != nil {
		return admitted{}, err
	}
	return admitted{scope: scope, expires: identity.Expires}, nil
}

// scope is what the caller may touch. A client's own record is looked up for that, in
// the time that a query may take; nothing is read for others. Errors are those of
// admit.
func (h *graphqlHandler) scope(ctx context.Context, identity client.Identity) (client.Scope, error) {
	if identity.Role == client.RoleClient {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.limits.QueryTime)
		defer cancel()
	}
	scope, err := h.service.Scope(ctx, identity)
	switch {
	case err == nil:
		conns.Admit(ctx)
		scope.RequestID = requestID(ctx)
		return scope, nil
	case client.HasCode(err, client.CodeUnauthenticated):
	case h.unavailable(err) || ctx.Err() != nil:
		h.logger.ErrorContext(ctx, "database unavailable", "errorId", requestID(ctx), "error", err)
	default:
		h.logger.ErrorContext(ctx, "internal error", "errorId", requestID(ctx), "error", err)
	}
	return client.Scope{}, err
}
