package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
)

// turnAfter is the Retry-After of a caller who got no turn, in seconds.
const turnAfter = "1"

// caller names the sender of a request, for budgets that callers share.
type caller struct{ business, principal string }

func callerOf(businessID int64, user string) caller {
	business := strconv.FormatInt(businessID, 10)
	return caller{business, business + ":" + user}
}

// identify returns the identity of a token. A caller with too many requests under way is
// refused at the price of a digest, and only a few tokens that were not seen before are
// verified at once.
func (h *graphqlHandler) identify(ctx context.Context, authorization string) (client.Identity, error) {
	token, _ := auth.Bearer(authorization)
	if identity, known := h.verifier.Recall(token); known {
		who := callerOf(identity.BusinessID, identity.User)
		if turn := h.slots.Busy(who.business, who.principal); turn != limit.TurnTaken {
			return client.Identity{}, overloaded(turn)
		}
		return identity, nil
	}
	patience := time.NewTimer(h.limits.WaitTime)
	defer patience.Stop()
	select {
	case h.verifying <- struct{}{}:
		defer func() { <-h.verifying }()
	case <-patience.C:
		return client.Identity{}, overloaded(limit.TurnBusy)
	case <-ctx.Done():
		return client.Identity{}, ctx.Err()
	}
	identity, err := h.verifier.Verify(token)
	if err != nil {
		h.logger.InfoContext(ctx, "token refused", "requestId", requestID(ctx), "reason", auth.Reason(err))
	}
	return identity, err
}

// overloaded is the error of a caller who got no turn: because of the server's load, or
// its own.
func overloaded(turn limit.Turn) *client.Error {
	if turn == limit.TurnOwn {
		return &client.Error{Code: codeTooManyRequests, Message: "you have too many requests under way; wait for some of them, or for the seconds in Retry-After"}
	}
	return &client.Error{Code: codeOverloaded, Message: "the server is busy; try again after the seconds in Retry-After"}
}

// turnedAway is the HTTP status of a caller who got no turn; 0 for other errors.
func turnedAway(err error) int {
	switch {
	case client.HasCode(err, codeTooManyRequests):
		return http.StatusTooManyRequests
	case client.HasCode(err, codeOverloaded):
		return http.StatusServiceUnavailable
	}
	return 0
}
