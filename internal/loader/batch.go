package loader

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"clientgraph/internal/observe"
)

// noWait is longer than any operation lasts: a batch is sent when all ids of its
// level are in it, never because time has passed. With a shorter wait, a level
// could take two commands on a busy machine.
const noWait = time.Hour

// batch reads something for the ids of a level, of all at once, and gives each
// its own part.
type batch[V any] struct {
	ids    []int64
	loader *dataloader.Loader[int64, V]
	filled sync.Once
	// reads has the read of the batch, which the caller does who filled it.
	reads chan func()
}

// newBatch makes the batch of ids, each of which is there once; traces tell of it by
// that name. read answers for
// all of them; who is not in its answer gets the zero value.
func newBatch[V any](name string, ids []int64, read func(context.Context) (map[int64]V, error)) *batch[V] {
	return newSizedBatch(name, len(ids), ids, read)
}

// newSizedBatch is newBatch of ids that stand for that many clients.
func newSizedBatch[V any](name string, size int, ids []int64, read func(context.Context) (map[int64]V, error)) *batch[V] {
	reads := make(chan func(), 1)
	answer := func(ctx context.Context, ids []int64) []*dataloader.Result[V] {
		var values map[int64]V
		var err error
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
			// A read that failed failed for all who share it: an error each.
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

// load is what was read for one of the batch's ids. The first to be asked reads
// for all, under its context; the others wait for that. It reads itself: the stack of the
// library's goroutine, a new one for each batch, would grow each time as the driver's calls
// are deep.
func (b *batch[V]) load(ctx context.Context, id int64) (V, error) {
	// Not LoadMany, which starts a goroutine for each id.
	b.filled.Do(func() {
		for _, sibling := range b.ids {
			b.loader.Load(ctx, sibling)
		}
		(<-b.reads)()
	})
	return b.loader.Load(ctx, id)()
}

// guarded is read with a panic turned into an error, which is then logged with an
// id and masked like every error of ours. The library would print it instead.
func guarded[V any](ctx context.Context, read func(context.Context) (map[int64]V, error)) (values map[int64]V, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			values, err = nil, fmt.Errorf("panic in a batch: %w", observe.Panic(panicked))
		}
	}()
	return read(ctx)
}
