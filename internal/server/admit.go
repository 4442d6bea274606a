package server

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/conns"
)

// admitted is a caller who was let in.
type admitted struct {
	scope client.Scope
	// expires is when the token stops being accepted.
	expires time.Time
}

// admit says who sends an Authorization header of that value, and what the caller
// may touch. An error of code UNAUTHENTICATED is the caller's; any other is
// internal, and logged here.
func (h *graphqlHandler) admit(ctx context.Context, authorization string) (admitted, error) {
	identity, err := h.identify(ctx, authorization)
	if err != nil {
		return admitted{}, err
	}
	scope, err := h.scope(ctx, identity)
	if err != nil {
		return admitted{}, err
	}
	return admitted{scope: scope, expires: identity.Expires}, nil
}

// scope is what the caller may touch, for which a client's own record is looked
// up, in the time that a query may take. Errors are those of admit.
func (h *graphqlHandler) scope(ctx context.Context, identity client.Identity) (client.Scope, error) {
	ctx, cancel := context.WithTimeout(ctx, h.limits.QueryTime)
	defer cancel()
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
