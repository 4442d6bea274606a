package loader

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"clientgraph/internal/observe"
)

// noWait is longer than any operation: a batch is read when it has all ids of its level,
// not after a time. With a short wait a level could take two commands on a busy machine.
const noWait = time.Hour

// errUnread is the error of a batch whose read ended without a result.
var errUnread = errors.New("the read of a batch ended without a result")

// batch reads something for all ids of a level at once, and returns each its own part.
type batch[V any] struct {
	ids    []int64
	loader *dataloader.Loader[int64, V]
	filled sync.Once
	// reads passes the read of the full batch to the caller that filled it.
	reads chan func()
}

// newBatch makes the batch of ids, which must have no duplicates; name is its name in
// traces. read returns the values of all ids; an id without one gets the zero value.
func newBatch[V any](name string, ids []int64, read func(context.Context) (map[int64]V, error)) *batch[V] {
	return newSizedBatch(name, len(ids), ids, read)
}

// newSizedBatch is newBatch for ids that stand for size clients.
func newSizedBatch[V any](name string, size int, ids []int64, read func(context.Context) (map[int64]V, error)) *batch[V] {
	reads := make(chan func(), 1)
	answer := func(ctx context.Context, ids []int64) []*dataloader.Result[V] {
		var values map[int64]V
		err := errUnread
		done := make(chan struct{})
		reads <- func() {
			defer close(done)
			observe.Of(ctx).Batch(size)
			ctx, end := observe.Step(ctx, name, size)
			values, err = guarded(ctx, read)
			end(err)
		}
		<-done
		results := make([]*dataloader.Result[V], len(ids))
		for i, id := range ids {
			// If the read failed, each id gets the error.
			results[i] = &dataloader.Result[V]{Data: values[id], Error: err}
		}
		return results
	}
	return &batch[V]{
		ids: ids, reads: reads,
		loader: dataloader.NewBatchedLoader(answer,
			dataloader.WithBatchCapacity[int64, V](len(ids)),
			dataloader.WithInputCapacity[int64, V](len(ids)),
			dataloader.WithWait[int64, V](noWait)),
	}
}

// load returns the value of an id. The first caller reads for all ids, with its context,
// and the others wait for it. The caller itself reads, because the library would start a
// goroutine for each batch, whose stack would grow each time: the driver's calls are
// deep.
func (b *batch[V]) load(ctx context.Context, id int64) (V, error) {
	// LoadMany would start a goroutine for each id.
	b.filled.Do(func() {
		for _, sibling := range b.ids {
			b.loader.Load(ctx, sibling)
		}
		(<-b.reads)()
	})
	return b.loader.Load(ctx, id)()
}

// guarded is read with a panic turned into an error, which is logged with an id and
// masked like every internal error. The library would print it instead.
func guarded[V any](ctx context.Context, read func(context.Context) (map[int64]V, error)) (values map[int64]V, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			values, err = nil, fmt.Errorf("panic in a batch: %w", observe.Panic(panicked))
		}
	}()
	return read(ctx)
}
