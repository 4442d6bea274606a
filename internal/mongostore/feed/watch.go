package feed

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

const (
	// reopenFirst and reopenMost are the shortest and the longest wait before a change
	// stream that ended is opened again.
	reopenFirst = 50 * time.Millisecond
	reopenMost  = 5 * time.Second
	// awaitMost is how long the database waits for changes before it answers that there
	// are none, and so the longest that a stream stays open after its last watcher left.
	awaitMost = 500 * time.Millisecond
	// commandMost is how long any command of a stream may take.
	commandMost = 30 * time.Second
	// lookAgain is how often the outbox is read for rows whose server died before it
	// numbered them.
	lookAgain = time.Second
)

// notifier wakes the watchers of a business's change feed when it has grown. While there
// are watchers, a process has one change stream for all of them. A signal only says that
// there may be new rows: watchers read them from the number that they know. So nothing is
// lost if the stream breaks: all watchers are woken when it is open again.
type notifier struct {
	changes, outbox *mongo.Collection

	mu       sync.Mutex
	watchers map[chan struct{}]int64
	stop     context.CancelFunc
}

// WatchChanges implements store.ChangeStore.
func (f *Feed) WatchChanges(ctx context.Context, scope client.Scope) <-chan struct{} {
	return f.notifier.watch(ctx, scope.BusinessID)
}

func (b *notifier) watch(ctx context.Context, businessID int64) <-chan struct{} {
	// One signal in the channel is enough until it is received.
	signals := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]int64{}
	}
	b.watchers[signals] = businessID
	if b.stop == nil {
		// The stream runs until the last watcher leaves, so it must not end with the
		// request of the first.
		running, stop := context.WithCancel(mongo.NewSessionContext(context.WithValue(context.WithoutCancel(ctx), backgroundKey{}, true), nil))
		b.stop = stop
		go b.run(running)
	}
	context.AfterFunc(ctx, func() { b.leave(signals) })
	return signals
}

func (b *notifier) leave(signals chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.watchers, signals)
	if len(b.watchers) == 0 && b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// notify wakes the watchers of a business; for 0, those of all businesses.
func (b *notifier) notify(businessID int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for signals, of := range b.watchers {
		if businessID != 0 && of != businessID {
			continue
		}
		select {
		case signals <- struct{}{}:
		default:
		}
	}
}

// run listens until ctx ends, and opens the stream again when it breaks.
func (b *notifier) run(ctx context.Context) {
	wait := reopenFirst
	for ctx.Err() == nil {
		if b.listen(ctx) {
			wait = reopenFirst
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, reopenMost)
	}
}

// listen wakes watchers at each change of one stream until it breaks or ctx ends, and
// says whether the stream was opened.
func (b *notifier) listen(ctx context.Context) bool {
	// After its context ends, the driver would drop an open cursor without closing it on
	// the database. So each command has a timeout of its own.
	ctx, stopped := context.WithoutCancel(ctx), ctx.Done()
	inserted := mongo.Pipeline{{{Key: "$match", Value: bson.D{{Key: "operationType", Value: "insert"}}}}}
	opening, opened := context.WithTimeout(ctx, commandMost)
	stream, err := b.changes.Watch(opening, inserted, options.ChangeStream().SetMaxAwaitTime(awaitMost))
	opened()
	if err != nil {
		return false
	}
	defer func() {
		closing, closed := context.WithTimeout(ctx, commandMost)
		defer closed()
		// The database closes streams by itself after some time; this only frees it
		// earlier.
		_ = stream.Close(closing)
	}()
	b.notify(0)
	looked := time.Now()
	for {
		select {
		case <-stopped:
			return true
		default:
		}
		waiting, waited := context.WithTimeout(ctx, commandMost)
		arrived := stream.TryNext(waiting)
		waited()
		switch {
		case arrived:
			businessID, _ := stream.Current.Lookup("fullDocument", schema.FieldBusiness).AsInt64OK()
			b.notify(businessID)
		case stream.Err() != nil || stream.ID() == 0:
			return true
		}
		if time.Since(looked) > lookAgain {
			looked = time.Now()
			b.notifyUnnumbered(ctx, looked.Add(-lookAgain))
		}
	}
}

// notifyUnnumbered wakes the watchers of businesses with unnumbered rows from before that
// time: they read the feed, which numbers the rows.
func (b *notifier) notifyUnnumbered(ctx context.Context, before time.Time) {
	for _, businessID := range b.watched() {
		looking, looked := context.WithTimeout(ctx, commandMost)
		err := b.outbox.FindOne(looking, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: "at", Value: bson.D{{Key: "$lt", Value: before}}}},
			options.FindOne().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}})).Err()
		looked()
		if err == nil {
			b.notify(businessID)
		}
	}
}

// watched returns the businesses with watchers, without duplicates.
func (b *notifier) watched() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Compact(slices.Sorted(maps.Values(b.watchers)))
}
