package client

import (
	"context"
	"sync/atomic"
)

// RowBudget bounds the database rows that one operation reads: clients, history entries,
// forms, rows of the feed. It is safe for concurrent use.
type RowBudget struct {
	most int64
	read atomic.Int64
}

// NewRowBudget returns a budget of that many rows.
func NewRowBudget(most int64) *RowBudget { return &RowBudget{most: most} }

// Err is TOO_MANY_ROWS after the budget was exceeded; nil before.
func (b *RowBudget) Err() error {
	read := b.read.Load()
	if read <= b.most {
		return nil
	}
	return &Error{
		Code:    CodeTooManyRows,
		Message: "this reads more rows than one operation may: ask for smaller pages, or for fewer relations at once",
		Details: map[string]any{"rows": read, "limit": b.most},
	}
}

// Read returns the number of rows read since the budget was last renewed.
func (b *RowBudget) Read() int64 { return b.read.Load() }

// Renew restores the whole budget, for the next part of an answer that has
// several.
func (b *RowBudget) Renew() { b.read.Store(0) }

type rowBudgetKey struct{}

// WithRowBudget returns a context whose reads count against the budget; nil for reads with
// bounds of their own.
func WithRowBudget(ctx context.Context, b *RowBudget) context.Context {
	return context.WithValue(ctx, rowBudgetKey{}, b)
}

// CountRows counts rows against the budget of ctx, if it has one. A store calls it for
// each row before it reads the next. Error: TOO_MANY_ROWS.
func CountRows(ctx context.Context, rows int64) error {
	return RowBudgetOf(ctx).Count(rows)
}

// RowBudgetOf returns the budget of ctx; nil, which has no bound, if there is none.
func RowBudgetOf(ctx context.Context) *RowBudget {
	b, _ := ctx.Value(rowBudgetKey{}).(*RowBudget)
	return b
}

// Count takes rows from the budget, as CountRows does. Error: TOO_MANY_ROWS.
func (b *RowBudget) Count(rows int64) error {
	if b == nil {
		return nil
	}
	b.read.Add(rows)
	return b.Err()
}

// WithRowsAnew returns a context with a budget of its own, as large as that of ctx, for
// reads that a watch repeats.
func WithRowsAnew(ctx context.Context) context.Context {
	b := RowBudgetOf(ctx)
	if b == nil {
		return ctx
	}
	return WithRowBudget(ctx, NewRowBudget(b.most))
}
