package feed

import (
	"context"
	"sync"
	"time"
)

const (
	// numberPause is the pause between two numberings of a business while its rows keep
	// coming, so that the rows of many writes are numbered together.
	numberPause = 50 * time.Millisecond
	// numberTime bounds a numbering after a write, drainTime one before a read: after
	// that the reader gets the numbered rows.
	numberTime = 30 * time.Second
	drainTime  = 2 * time.Second
	// numberersAtOnce bounds the businesses that a process numbers at once after writes.
	// Each takes one connection.
	numberersAtOnce = 8
)

// numberer numbers the rows of businesses in the background after their writes, with one
// goroutine at a time for each business.
type numberer struct {
	number func(ctx context.Context, businessID int64) error
	slots  chan struct{}

	mu sync.Mutex
	// busy has the businesses that goroutines of this process are numbering.
	busy map[int64]*mutex
	// woken has the businesses with a goroutine; true says that rows were added since it
	// last began.
	woken map[int64]bool
}

// mutex lets one goroutine at a time number a business, and counts the goroutines that
// use it.
type mutex struct {
	free chan struct{}
	// users counts the goroutines that number or wait.
	users int
}

func newNumberer(number func(context.Context, int64) error) *numberer {
	return &numberer{number: number, slots: make(chan struct{}, numberersAtOnce), busy: map[int64]*mutex{}, woken: map[int64]bool{}}
}

// begin waits until no other goroutine of this process numbers the business. Call done to
// let the next one begin. Error: that of ctx.
func (n *numberer) begin(ctx context.Context, businessID int64) (done func(), err error) {
	n.mu.Lock()
	t := n.busy[businessID]
	if t == nil {
		t = &mutex{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		n.busy[businessID] = t
	}
	t.users++
	n.mu.Unlock()
	leave := func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(n.busy, businessID)
		}
	}
	select {
	case <-t.free:
		return func() {
			t.free <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// wake starts numbering the business's rows. If that fails, the next reader of the feed
// or the next write does it.
func (n *numberer) wake(businessID int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, running := n.woken[businessID]; running {
		n.woken[businessID] = true
		return
	}
	n.woken[businessID] = false
	go n.run(background(), businessID)
}

// inBackground does a part of a numbering that no caller waits for. If it fails, the next
// numbering does it.
func (n *numberer) inBackground(do func(context.Context) error) {
	go func() {
		ctx, cancel := context.WithTimeout(background(), numberTime)
		defer cancel()
		_ = do(ctx)
	}()
}

func background() context.Context {
	return context.WithValue(context.Background(), backgroundKey{}, true)
}

type backgroundKey struct{}

// InBackground says whether a command with that context belongs to no request: it numbers
// rows of the feed after a write, or looks for new rows for watchers.
func InBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }

func (n *numberer) run(ctx context.Context, businessID int64) {
	for {
		n.once(ctx, businessID)
		time.Sleep(numberPause)
		n.mu.Lock()
		if !n.woken[businessID] {
			delete(n.woken, businessID)
			n.mu.Unlock()
			return
		}
		n.woken[businessID] = false
		n.mu.Unlock()
	}
}

func (n *numberer) once(ctx context.Context, businessID int64) {
	n.slots <- struct{}{}
	defer func() { <-n.slots }()
	ctx, cancel := context.WithTimeout(ctx, numberTime)
	defer cancel()
	_ = n.number(ctx, businessID)
}
