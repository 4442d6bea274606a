package server

import (
	"context"
	"maps"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/service/duplicates"
)

// crowdLimits bound the number of open items: in all, of an address, and of a principal.
// Less than 0 is no bound.
type crowdLimits struct {
	code, things               string
	all, perAddress, perCaller int
}

func (l StreamLimits) streams() crowdLimits {
	return crowdLimits{codeTooManyConnections, "sockets and event streams", l.Streams, l.StreamsPerAddress, l.StreamsPerCaller}
}

func (l StreamLimits) subscriptions() crowdLimits {
	return crowdLimits{codeTooManySubscriptions, "subscriptions", l.Subscriptions, l.SubscriptionsPerAddress, l.SubscriptionsPerCaller}
}

// crowds counts open items: streams or subscriptions.
type crowds struct {
	limits crowdLimits
	exempt func(netip.Addr) bool

	mu        sync.Mutex
	all       int
	addresses map[netip.Addr]int
	callers   map[string]int
}

func newCrowds(limits crowdLimits, exempt func(netip.Addr) bool) *crowds {
	return &crowds{limits: limits, exempt: exempt, addresses: map[netip.Addr]int{}, callers: map[string]int{}}
}

// enter counts an item, unless there are too many. With an empty principal, the principal
// is counted later, by join.
func (c *crowds) enter(principal string, address netip.Addr) (leave func(), refused *refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case full(c.all, c.limits.all):
		return nil, tooManyOfAll()
	case full(c.addresses[address], c.limits.perAddress) && (c.exempt == nil || !c.exempt(address)):
		return nil, c.tooMany("of an address", c.limits.perAddress)
	case principal != "" && full(c.callers[principal], c.limits.perCaller):
		return nil, c.tooMany("of a caller", c.limits.perCaller)
	}
	c.all++
	c.addresses[address]++
	if principal != "" {
		c.callers[principal]++
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.all--
		countOut(c.addresses, address)
		if principal != "" {
			countOut(c.callers, principal)
		}
	}, nil
}

// count returns the number of open items.
func (c *crowds) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// join counts an item that has entered for its principal, unless the principal has too
// many.
func (c *crowds) join(principal string) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if full(c.callers[principal], c.limits.perCaller) {
		return nil, false
	}
	c.callers[principal]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		countOut(c.callers, principal)
	}, true
}

func full(count, most int) bool { return most >= 0 && count >= most }

func countOut[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}

func (c *crowds) tooMany(whose string, most int) *refusal {
	return &refusal{
		status: http.StatusTooManyRequests, code: c.limits.code, details: map[string]any{"limit": most},
		message: "there are at most " + strconv.Itoa(most) + " " + c.limits.things + " " + whose + " at once; end one first",
	}
}

func tooManyOfAll() *refusal {
	return &refusal{status: http.StatusServiceUnavailable, code: codeOverloaded, message: "there are too many connections; try again later"}
}

// prices are the costs of a subscription's events in points. An event with a whole list
// costs as much as the subscription, any other as much as one entry of the list.
type prices struct{ whole, entry int64 }

// eventCost returns what an event without a whole list costs.
func (h *graphqlHandler) eventCost(asked *request, document *parsed, whole int64) int64 {
	return min(whole, h.limits.Shape.EventCost(h.schema, document.QueryDocument, document.Operations.ForName(asked.OperationName), asked.Variables))
}

// subscribe counts a subscription, which then pays for its events. Reads that lead to no
// event are free, because they are caused by writes of others.
func (h *graphqlHandler) subscribe(ctx context.Context, b *begun, cost prices) *rejection {
	leave, refused := h.subscriptions.enter(b.principal, remoteOf(ctx))
	if refused != nil {
		extensions := map[string]any{"code": refused.code}
		maps.Copy(extensions, refused.details)
		return &rejection{status: refused.status, wait: unreadPause, response: &graphql.Response{
			Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}},
		}}
	}
	b.unsubscribe = leave
	b.charge = func(whole bool) (time.Duration, bool) {
		if whole {
			return h.spend(b.principal, cost.whole)
		}
		return h.spend(b.principal, cost.entry)
	}
	return nil
}

// charged charges an event to its caller's budget, and returns it. If the budget does not
// suffice, the subscription ends with an error that tells when it does, and the client
// can resume from its last cursor.
func (b *begun) charged(event *graphql.Response, whole bool) *graphql.Response {
	if event == nil || b.charge == nil {
		return event
	}
	wait, ok := b.charge(whole)
	if ok {
		return event
	}
	b.over = true
	_ = b.errors.Take()
	err := duplicates.RateLimited(wait)
	return b.executor.DispatchError(b.ctx, gqlerror.List{{Err: err, Message: err.Error()}})
}

// unreadPause is the Retry-After of a caller with too many unread answers.
const unreadPause = 5 * time.Second

// sending counts a response as unread until release is called, and gives the operation's
// turn back. It returns false for an event if the caller has too many unread answers.
func (h *graphqlHandler) sending(b *begun, response *graphql.Response) (release func(), ok bool) {
	if b.streams() && h.unwritten.Full(b.principal) {
		return nil, false
	}
	much := int64(len(response.Data))
	h.unwritten.Put(b.principal, much)
	b.leave()
	return func() { h.unwritten.Give(b.principal, much) }, true
}
