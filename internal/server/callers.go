package server

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"
	"sync"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
)

const (
	// maxCallers bounds how many tokens one generation remembers.
	maxCallers = 10_000
	// turnAfter is when who found no turn may come again, in seconds.
	turnAfter = "1"
)

// caller names who sends a request, for what is shared between callers.
type caller struct{ business, principal string }

func callerOf(businessID int64, user string) caller {
	business := strconv.FormatInt(businessID, 10)
	return caller{business, business + ":" + user}
}

// callers know whose a token is that was verified before, by the token's SHA-256.
// That names the caller before the token is looked at, so that one who has too
// much under way is refused for the price of a digest. It lets nobody in: every
// token is verified each time, for its key may be gone and its account closed.
type callers struct {
	mu           sync.Mutex
	newer, older map[[sha256.Size]byte]caller
}

func newCallers() *callers {
	return &callers{newer: map[[sha256.Size]byte]caller{}, older: map[[sha256.Size]byte]caller{}}
}

func (c *callers) get(digest [sha256.Size]byte) (caller, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who, known := c.newer[digest]
	if !known {
		who, known = c.older[digest]
	}
	return who, known
}

func (c *callers) add(digest [sha256.Size]byte, who caller) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.newer) >= maxCallers {
		c.older, c.newer = c.newer, map[[sha256.Size]byte]caller{}
	}
	c.newer[digest] = who
}

func (c *callers) drop(digest [sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.newer, digest)
	delete(c.older, digest)
}

// identify says whose token it is. Who has too much under way already is refused
// before the token is verified, and of tokens that were never seen only a few are
// verified at once.
func (h *graphqlHandler) identify(ctx context.Context, authorization string) (client.Identity, error) {
	token, _ := auth.Bearer(authorization)
	digest := sha256.Sum256([]byte(token))
	who, known := h.callers.get(digest)
	if known {
		if turn := h.slots.Busy(who.business, who.principal); turn != limit.TurnTaken {
			return client.Identity{}, overloaded(turn)
		}
	} else {
		patience := time.NewTimer(h.limits.WaitTime)
		defer patience.Stop()
		select {
		case h.strangers <- struct{}{}:
			defer func() { <-h.strangers }()
		case <-patience.C:
			return client.Identity{}, overloaded(limit.TurnBusy)
		case <-ctx.Done():
			return client.Identity{}, ctx.Err()
		}
	}
	identity, err := h.verifier.Verify(token)
	if err != nil {
		h.callers.drop(digest)
		h.logger.InfoContext(ctx, "token refused", "requestId", requestID(ctx), "reason", auth.Reason(err))
		return client.Identity{}, err
	}
	if !known {
		h.callers.add(digest, callerOf(identity.BusinessID, identity.User))
	}
	return identity, nil
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
