package loader

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

// SubjectRows finds the live clients with those ids that the caller sees, ordered by id.
// The ids are the subjects of a whole level, which are read in one batch.
func (l *Loaders) SubjectRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error) {
	return l.rows(ctx, relationKey{}.name(), len(ids), func(ctx context.Context) ([]client.Row, error) {
		return l.reads.SubjectRows(ctx, l.scope, ids, need)
	})
}

// ViewerRows finds the live viewers of any of the clients with those ids, with their
// subjects. The ids are those of a whole level, which is read in one batch.
func (l *Loaders) ViewerRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error) {
	return l.rows(ctx, relationKey{viewers: true}.name(), len(ids), func(ctx context.Context) ([]client.Row, error) {
		return l.reads.ViewerRows(ctx, l.scope, ids, need)
	})
}

// rows reads for a level as a whole, with one key for all of its clients.
func (*Loaders) rows(ctx context.Context, name string, size int, read func(context.Context) ([]client.Row, error)) ([]client.Row, error) {
	const level = 1
	return newSizedBatch(name, size, []int64{level}, func(ctx context.Context) (map[int64][]client.Row, error) {
		rows, err := read(ctx)
		return map[int64][]client.Row{level: rows}, err
	}).load(ctx, level)
}

// Now returns the time at which time zones are described.
func (l *Loaders) Now() time.Time { return l.reads.Now() }

// SSN returns a client's social security number in the form that the caller may read; nil
// for none.
func (l *Loaders) SSN(c *client.Client) (*string, error) { return l.reads.SSN(l.scope, c) }
