package client

import (
	"context"
	"sync"
)

// memo keeps what one query counted: whatever it asks for again, by another name
// or at the same time, is not counted again. It is safe for concurrent use.
type memo struct {
	mu   sync.Mutex
	made map[string]func() (any, error)
}

type memoKey struct{}

// WithMemo returns the context of one query by one caller, in which every count
// is made once. What writes, or goes on for a while, has none: its counts change.
func WithMemo(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoKey{}, &memo{})
}

// CountedOnce is what the first call under a key returned in the query of ctx; where
// ctx is of none, what this one does.
func CountedOnce[T any](ctx context.Context, key string, count func() (T, error)) (T, error) {
	kept, _ := ctx.Value(memoKey{}).(*memo)
	if kept == nil {
		return count()
	}
	kept.mu.Lock()
	made, known := kept.made[key]
	if !known {
		if kept.made == nil {
			kept.made = map[string]func() (any, error){}
		}
		made = sync.OnceValues(func() (any, error) { return count() })
		kept.made[key] = made
	}
	kept.mu.Unlock()
	value, err := made()
	counted, _ := value.(T)
	return counted, err
}
