package loader

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

// SubjectRows finds the live clients of those ids that the caller sees, by id. They are
// those whom a level of clients may see, in one batch.
func (l *Loaders) SubjectRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error) {
	return l.rows(ctx, relationKey{}.name(), len(ids), func(ctx context.Context) ([]client.Row, error) {
		return l.reads.SubjectRows(ctx, l.scope, ids, need)
	})
}

// ViewerRows finds the live clients who may see one of the clients of those ids, with
// their subjects. The ids are those of a level of clients, in one batch.
func (l *Loaders) ViewerRows(ctx context.Context, ids []int64, need client.Selection) ([]client.Row, error) {
	return l.rows(ctx, relationKey{viewers: true}.name(), len(ids), func(ctx context.Context) ([]client.Row, error) {
		return l.reads.ViewerRows(ctx, l.scope, ids, need)
	})
}

// rows reads for a level as a whole: its clients stand under one key.
func (*Loaders) rows(ctx context.Context, name string, size int, read func(context.Context) ([]client.Row, error)) ([]client.Row, error) {
	const level = 1
	return newSizedBatch(name, size, []int64{level}, func(ctx context.Context) (map[int64][]client.Row, error) {
		rows, err := read(ctx)
		return map[int64][]client.Row{level: rows}, err
	}).load(ctx, level)
}

// Now is the moment at which zones are described.
func (l *Loaders) Now() time.Time { return l.reads.Now() }

// SSN is the social security number of a client, as far as the caller may read it;
// nil for none.
func (l *Loaders) SSN(c *client.Client) (*string, error) { return l.reads.SSN(l.scope, c) }
