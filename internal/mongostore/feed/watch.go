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
	// reopenFirst and reopenMost are how long to wait before a change stream that
	// ended is opened again: at first, and when that has failed for a while.
	reopenFirst = 50 * time.Millisecond
	reopenMost  = 5 * time.Second
	// awaitMost is how long the database waits for changes before it answers that there
	// are none, and so the longest that a stream outlives its last watcher.
	awaitMost = 500 * time.Millisecond
	// commandMost is how long any command of a stream may take.
	commandMost = 30 * time.Second
	// lookAgain is how often the outbox is looked into for rows that a server wrote
	// and did not live to number.
	lookAgain = time.Second
)

// changeBell wakes the watchers of a business's change feed when it has grown. It has one
// change stream for all watchers of the process, while there are any, and passes
// on nothing of it but that something came: watchers read the rows themselves,
// from the number that they know. So it loses nothing when the stream breaks: it
// rings for everybody whenever the stream was opened.
type changeBell struct {
	changes, outbox *mongo.Collection

	mu       sync.Mutex
	watchers map[chan struct{}]int64
	stop     context.CancelFunc
}

// WatchChanges implements store.ChangeStore.
func (f *Feed) WatchChanges(ctx context.Context, scope client.Scope) <-chan struct{} {
	return f.bell.watch(ctx, scope.BusinessID)
}

func (b *changeBell) watch(ctx context.Context, businessID int64) <-chan struct{} {
	// One ring that waits stands for all until it is heard.
	rings := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]int64{}
	}
	b.watchers[rings] = businessID
	if b.stop == nil {
		// The stream outlives the watcher who was the first, and is of no request.
		running, stop := context.WithCancel(mongo.NewSessionContext(context.WithValue(context.WithoutCancel(ctx), outsideKey{}, true), nil))
		b.stop = stop
		go b.run(running)
	}
	context.AfterFunc(ctx, func() { b.leave(rings) })
	return rings
}

func (b *changeBell) leave(rings chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.watchers, rings)
	if len(b.watchers) == 0 && b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// ring wakes the watchers of a business; those of all when it is 0.
func (b *changeBell) ring(businessID int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for rings, of := range b.watchers {
		if businessID != 0 && of != businessID {
			continue
		}
		select {
		case rings <- struct{}{}:
		default:
		}
	}
}

// run listens until ctx ends, and opens the stream again whenever it breaks.
func (b *changeBell) run(ctx context.Context) {
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

// listen rings for each change of one stream, until it breaks or ctx ends, and says
// whether it was open at all.
func (b *changeBell) listen(ctx context.Context) bool {
	// With a context that is over the driver takes an open cursor for lost, and
	// leaves it to the database to find out: each command has time of its own.
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
		// The database gives a stream up by itself; closing it early is a courtesy.
		_ = stream.Close(closing)
	}()
	b.ring(0)
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
			b.ring(businessID)
		case stream.Err() != nil || stream.ID() == 0:
			return true
		}
		if time.Since(looked) > lookAgain {
			looked = time.Now()
			b.ringForUnnumbered(ctx, looked.Add(-lookAgain))
		}
	}
}

// ringForUnnumbered rings for the watched businesses with rows of before that time
// that have no number yet: who hears it reads the feed, and numbers them.
func (b *changeBell) ringForUnnumbered(ctx context.Context, before time.Time) {
	for _, businessID := range b.watched() {
		looking, looked := context.WithTimeout(ctx, commandMost)
		err := b.outbox.FindOne(looking, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: "at", Value: bson.D{{Key: "$lt", Value: before}}}},
			options.FindOne().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}})).Err()
		looked()
		if err == nil {
			b.ring(businessID)
		}
	}
}

// watched are the businesses with watchers, each once.
func (b *changeBell) watched() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Compact(slices.Sorted(maps.Values(b.watchers)))
}
