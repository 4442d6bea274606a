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

// turnAfter is when who found no turn may come again, in seconds.
const turnAfter = "1"

// caller names who sends a request, for what is shared between callers.
type caller struct{ business, principal string }

func callerOf(businessID int64, user string) caller {
	business := strconv.FormatInt(businessID, 10)
	return caller{business, business + ":" + user}
}

// identify says whose token it is. Who has too much under way already is refused
// for the price of a digest, and of tokens that were not verified before only a few
// are at once.
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

// overloaded is why a caller has no turn: the server's load, or its own.
func overloaded(turn limit.Turn) *client.Error {
	if turn == limit.TurnOwn {
		return &client.Error{Code: codeTooManyRequests, Message: "you have as many requests under way as one caller may; wait for some of them, or as many seconds as Retry-After says"}
	}
	return &client.Error{Code: codeOverloaded, Message: "the server is busy; try again in as many seconds as Retry-After says"}
}

// turnedAway is the status of a caller who has no turn; 0 for other errors.
func turnedAway(err error) int {
	switch {
	case client.HasCode(err, codeTooManyRequests):
		return http.StatusTooManyRequests
	case client.HasCode(err, codeOverloaded):
		return http.StatusServiceUnavailable
	}
	return 0
}
