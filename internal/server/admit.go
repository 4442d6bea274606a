package server

import (
	"context"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

// admitted is a caller who was let in.
type admitted struct {
	scope client.Scope
	// expires is when the token stops being accepted.
	expires time.Time
}

// admit says who sends an Authorization header of that value. An error of code
// UNAUTHENTICATED is the caller's; any other is internal, and logged here.
func (h *graphqlHandler) admit(ctx context.Context, authorization string) (admitted, error) {
	token, _ := auth.Bearer(authorization)
	identity, err := h.verifier.Verify(token)
	if err != nil {
		h.logger.InfoContext(ctx, "token refused", "requestId", requestID(ctx), "reason", auth.Reason(err))
		return admitted{}, err
	}
	scope, err := h.service.Scope(ctx, identity)
	switch {
	case err == nil:
	case client.HasCode(err, client.CodeUnauthenticated) || ctx.Err() != nil:
		return admitted{}, err
	case h.unavailable(err):
		h.logger.ErrorContext(ctx, "database unavailable", "errorId", requestID(ctx), "error", err)
		return admitted{}, err
	default:
		h.logger.ErrorContext(ctx, "internal error", "errorId", requestID(ctx), "error", err)
		return admitted{}, err
	}
	scope.RequestID = requestID(ctx)
	return admitted{scope: scope, expires: identity.Expires}, nil
}
