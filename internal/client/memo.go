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

// Reading is what a context holds for the reads of one operation by one caller: its
// budget of rows, and what it counted.
type Reading struct {
	rows    RowBudget
	memo    memo
	isQuery bool
}

// NewReading returns that of an operation which reads so many rows at most.
func NewReading(rows int64) Reading { return Reading{rows: RowBudget{most: rows}} }

// CountOnce has every count made once. It is for queries, before they begin: what writes,
// or goes on for a while, has counts that change.
func (r *Reading) CountOnce() { r.isQuery = true }

// Rows is the budget of rows.
func (r *Reading) Rows() *RowBudget { return &r.rows }

// Value is what a context of the operation answers for a key; false for a key of others.
func (r *Reading) Value(key any) (value any, is bool) {
	switch key.(type) {
	case rowBudgetKey:
		return &r.rows, true
	case memoKey:
		if r.isQuery {
			return &r.memo, true
		}
	}
	return nil, false
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
