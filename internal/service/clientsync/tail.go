package clientsync

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

const (
	// tailPart is how many rows a tail reads at once.
	tailPart = 1_000
	// tailWeight bounds the rows that a tail keeps in memory: each row weighs rowWeight,
	// and one more for each path, key and id in it. A watch that is further behind reads
	// from the database.
	tailWeight, rowWeight = 8_192, 16
	// tailTime bounds one read.
	tailTime = 30 * time.Second
)

// tails are the ends of the feeds that callers of this process watch.
type tails struct {
	mu sync.Mutex
	of map[int64]*tail
}

// tail is the end of a business's feed in memory. It is read once for all watchers of the
// business.
type tail struct {
	store store.ChangeStore
	scope client.Scope
	// wake makes run read.
	wake chan struct{}
	stop context.CancelFunc

	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
	// begun and done count reads; readDone is closed and replaced when one is done.
	begun, done int64
	readDone    chan struct{}
	// rows have the numbers above from, up to head; weight is their weight, see
	// tailWeight.
	from, head int64
	rows       []changefeed.Row
	weight     int
	// failed is why the tail ended.
	failed error
}

// join returns the tail of a business, and a channel that receives when the feed has
// grown, until ctx ends.
func (ts *tails) join(ctx context.Context, from store.ChangeStore, scope client.Scope) (*tail, <-chan struct{}) {
	signals := make(chan struct{}, 1)
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.of[scope.BusinessID]
	if t == nil || t.err() != nil {
		t = &tail{
			store: from, scope: client.Scope{BusinessID: scope.BusinessID, Rows: client.Rows{All: true}},
			wake: make(chan struct{}, 1), watchers: map[chan struct{}]struct{}{}, readDone: make(chan struct{}), from: -1,
		}
		// It runs until the last watcher leaves, so it must not end with the request of
		// the first.
		var running context.Context
		running, t.stop = context.WithCancel(context.Background())
		ts.of[scope.BusinessID] = t
		go t.run(running) //nolint:contextcheck // See above.
	}
	t.mu.Lock()
	t.watchers[signals] = struct{}{}
	t.mu.Unlock()
	context.AfterFunc(ctx, func() { ts.leave(t, signals) })
	return t, signals
}

func (ts *tails) leave(t *tail, signals chan struct{}) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.watchers, signals)
	if len(t.watchers) > 0 {
		return
	}
	t.stop()
	if ts.of[t.scope.BusinessID] == t {
		delete(ts.of, t.scope.BusinessID)
	}
}

// run reads when the feed has grown or catchUp asks for it, until ctx ends or a read
// fails, which wakes all watchers.
func (t *tail) run(ctx context.Context) {
	signals := t.store.WatchChanges(ctx, t.scope)
	for {
		t.mu.Lock()
		t.begun++
		t.mu.Unlock()
		grown, err := t.read(ctx)
		t.endRead(grown, err)
		if err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-signals:
		case <-t.wake:
		}
	}
}

// endRead ends a read, and wakes all watchers if there is something new.
func (t *tail) endRead(grown bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done, t.failed = t.begun, err
	close(t.readDone)
	t.readDone = make(chan struct{})
	if !grown && err == nil {
		return
	}
	for signals := range t.watchers {
		// One signal in the channel is enough until it is received.
		select {
		case signals <- struct{}{}:
		default:
		}
	}
}

// read reads up to the head, and says whether the head has changed.
func (t *tail) read(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, tailTime)
	defer cancel()
	head, err := t.store.ChangeHead(ctx, t.scope)
	if err != nil {
		return false, fmt.Errorf("find the head of the feed: %w", err)
	}
	// Only this goroutine writes these fields.
	if t.from < 0 || head < t.head {
		t.reset(head)
		return true, nil
	}
	grown := head > t.head
	for at := t.head; at < head; {
		rows, looked, err := t.store.Changes(ctx, t.scope, at, head, tailPart)
		if err != nil {
			return false, fmt.Errorf("read the feed: %w", err)
		}
		t.add(rows, looked)
		at = looked
	}
	return grown, nil
}

func (t *tail) reset(head int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.from, t.head, t.rows, t.weight = head, head, nil, 0
}

// add appends the rows up to a head, and removes the oldest ones.
func (t *tail) add(rows []changefeed.Row, head int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range rows {
		t.weight += weightOf(&rows[i])
	}
	all := slices.Concat(t.rows, rows)
	drop := 0
	for ; t.weight > tailWeight; drop++ {
		t.weight -= weightOf(&all[drop])
		t.from = all[drop].Sequence
	}
	// The copy frees the memory of the removed rows.
	t.rows = slices.Clone(all[drop:])
	t.head = head
}

func weightOf(row *changefeed.Row) int {
	return rowWeight + len(row.ChangedPaths) + len(row.VisibilityBefore) + len(row.VisibilityAfter) + len(row.SubjectsGained) + len(row.SubjectsLost)
}

func (t *tail) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// now returns the head that was last read; 0 before the first read.
func (t *tail) now(context.Context) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head, t.failed
}

// catchUp returns the head as of the call or later, with one read for all concurrent
// calls.
func (t *tail) catchUp(ctx context.Context) (int64, error) {
	t.mu.Lock()
	want := t.begun + 1
	for t.done < want && t.failed == nil {
		readDone := t.readDone
		t.mu.Unlock()
		select {
		case t.wake <- struct{}{}:
		default:
		}
		select {
		case <-readDone:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		t.mu.Lock()
	}
	defer t.mu.Unlock()
	return t.head, t.failed
}

// kept returns the result of Changes in store.ChangeStore if the rows are in memory.
func (t *tail) kept(scope client.Scope, after, until, limit int64) (found []changefeed.Row, looked int64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.from < 0 || after < t.from || until > t.head {
		return nil, 0, false
	}
	for i := range t.rows {
		row := &t.rows[i]
		if row.Sequence <= after || row.Sequence > until || !row.Concerns(scope) {
			continue
		}
		if found = append(found, *row); int64(len(found)) == limit {
			return found, row.Sequence, true
		}
	}
	return found, until, true
}
