package reading

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// Window is the beginning of a list: the first clients that a filter selects, in an
// order.
type Window struct {
	Filter Filter
	Order  store.Order
	First  int64
}

// Identity is equal for two windows of the same clients in the same order.
func (w Window) Identity(scope client.Scope) []byte {
	return fmt.Appendf(listIdentity(scope, w.Filter, w.Order), " %d", w.First)
}

// ReadWindow reads the clients of a window, as Connection does. Errors: those of a
// report's filter.
func (s *Lists) ReadWindow(ctx context.Context, scope client.Scope, w Window, need client.Selection) ([]client.Row, error) {
	m, err := s.resolve(ctx, scope, w.Filter)
	if err != nil {
		return nil, err
	}
	found, err := s.list(ctx, scope, m, store.Query{Order: w.Order, Limit: w.First, Need: need})
	if err != nil {
		return nil, fmt.Errorf("read the beginning of a list: %w", err)
	}
	return found, nil
}

// MeansAny says whether a filter selects any of those clients, MaxIDs at most. Errors:
// those of a report's filter.
func (s *Lists) MeansAny(ctx context.Context, scope client.Scope, f Filter, ids []int64) (bool, error) {
	if f.ClientIDs == nil {
		f.ClientIDs = ids
	} else {
		f.ClientIDs = intersection(f.ClientIDs, ids)
	}
	found, err := s.ReadWindow(ctx, scope, Window{Filter: f, First: 1}, client.Selection{})
	return len(found) > 0, err
}

// intersection returns the entries that both lists have; never nil.
func intersection(list, other []int64) []int64 {
	has := make(map[int64]bool, len(other))
	for _, id := range other {
		has[id] = true
	}
	both := []int64{}
	for _, id := range list {
		if has[id] {
			both = append(both, id)
		}
	}
	return both
}
