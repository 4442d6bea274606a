package server

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/conns"
	"clientgraph/internal/limit"
)

// admitted is an authenticated caller.
type admitted struct {
	scope client.Scope
	// expires is when the token stops being accepted.
	expires time.Time
}

// admit authenticates the caller by the value of its Authorization header, and returns
// its scope. For role CLIENT the client's record is read, in a turn of the caller. Errors
// with the codes UNAUTHENTICATED, TOO_MANY_REQUESTS and OVERLOADED are the caller's; any
// other is internal, and logged here.
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

// scope returns the scope of an identity. For role CLIENT the client's record is read,
// within the time of a query; nothing is read for other roles. The errors are those of
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
