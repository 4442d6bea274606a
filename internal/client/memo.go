package client

import (
	"context"
	"sync"
)

// memo has the counts of one query, so that equal counts are made once, even at the same
// time. It is safe for concurrent use.
type memo struct {
	mu   sync.Mutex
	made map[string]func() (any, error)
}

type memoKey struct{}

// CountedOnce calls count once for each name in a query: later calls return the first
// result. Outside a query every call counts.
func CountedOnce[T any](ctx context.Context, name string, count func() (T, error)) (T, error) {
	kept, _ := ctx.Value(memoKey{}).(*memo)
	if kept == nil {
		return count()
	}
	kept.mu.Lock()
	made, known := kept.made[name]
	if !known {
		if kept.made == nil {
			kept.made = map[string]func() (any, error){}
		}
		made = sync.OnceValues(func() (any, error) { return count() })
		kept.made[name] = made
	}
	kept.mu.Unlock()
	value, err := made()
	counted, _ := value.(T)
	return counted, err
}
