package feed

import (
	"context"
	"sync"
	"time"
)

const (
	// numberPause is how long after one numbering of a business the next one begins,
	// when its rows keep coming: those of many writes are numbered together.
	numberPause = 50 * time.Millisecond
	// numberTime bounds one numbering after a write, and drainTime one before a read:
	// a reader who can't wait longer reads what is numbered.
	numberTime = 30 * time.Second
	drainTime  = 2 * time.Second
	// numberersAtOnce bounds the businesses that a process numbers after writes at the
	// same time. Each takes one connection.
	numberersAtOnce = 8
)

// numberer numbers the rows of businesses in the background after their writes, with one
// goroutine at a time for each business.
type numberer struct {
	number func(ctx context.Context, businessID int64) error
	slots  chan struct{}

	mu sync.Mutex
	// busy has the businesses that goroutines of the process number.
	busy map[int64]*mutex
	// woken has the businesses with a goroutine; true says that rows came since it
	// last began.
	woken map[int64]bool
}

// mutex has the goroutines that number a business do so one after the other, and counts
// them.
type mutex struct {
	free chan struct{}
	// users counts those that number or wait.
	users int
}

func newNumberer(number func(context.Context, int64) error) *numberer {
	return &numberer{number: number, slots: make(chan struct{}, numberersAtOnce), busy: map[int64]*mutex{}, woken: map[int64]bool{}}
}

// begin waits until no other goroutine of the process numbers the business. done lets the
// next one do it. Error: that of ctx.
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

// wake has the business's rows numbered soon. If that fails, the next reader of the feed, or
// the next write, does it.
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

// InBackground says whether a command of that context belongs to no request: it numbers rows
// of the feed after a write, whose answer does not wait for it, or looks for new rows for
// watchers.
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
