package clientsync

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

// wait asks for a turn, and returns when all goroutines that can run have run.
func wait(ctx context.Context, t *turns, business int64, has *[]int64) *func() {
	var release func()
	go func() {
		ended, err := t.take(ctx, business)
		if err != nil {
			return
		}
		release = ended
		*has = append(*has, business)
	}()
	synctest.Wait()
	return &release
}

func TestTurnGoesToTheBusinessThatHasTheFewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTurns(2)
		var has []int64
		first, second := wait(t.Context(), all, 1, &has), wait(t.Context(), all, 1, &has)
		for range 3 {
			wait(t.Context(), all, 1, &has)
		}
		other := wait(t.Context(), all, 2, &has)
		if len(has) != 2 {
			t.Fatalf("%d have one of 2 turns", len(has))
		}
		(*first)()
		(*first)()
		synctest.Wait()
		if len(has) != 3 || has[2] != 2 {
			t.Fatalf("the turn went to %v", has)
		}
		(*second)()
		synctest.Wait()
		(*other)()
		synctest.Wait()
		if len(has) != 5 || has[3] != 1 || has[4] != 1 {
			t.Fatalf("the turns went to %v", has)
		}
	})
}

func TestTurnThatIsNoLongerWaitedForGoesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTurns(1)
		var has []int64
		first := wait(t.Context(), all, 1, &has)
		ctx, cancel := context.WithCancel(t.Context())
		wait(ctx, all, 2, &has)
		last := wait(t.Context(), all, 3, &has)
		cancel()
		synctest.Wait()
		(*first)()
		synctest.Wait()
		if len(has) != 2 || has[1] != 3 {
			t.Fatalf("the turns went to %v", has)
		}
		(*last)()
		if len(all.of) != 0 || all.free != 1 {
			t.Errorf("%d turns are free, and %d businesses known", all.free, len(all.of))
		}
	})
}

// Turns are neither lost nor made, even if callers leave while they wait.
func TestTurnsAreNeitherLostNorMade(t *testing.T) {
	const most = 3
	all := newTurns(most)
	var mu sync.Mutex
	running := 0
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%3 == 0 {
				go cancel()
			}
			release, err := all.take(ctx, int64(i%7))
			if err != nil {
				return
			}
			mu.Lock()
			running++
			if running > most {
				t.Errorf("%d have one of %d turns", running, most)
			}
			mu.Unlock()
			mu.Lock()
			running--
			mu.Unlock()
			release()
		})
	}
	group.Wait()
	if len(all.of) != 0 || all.free != most {
		t.Errorf("%d turns are free, and %d businesses known", all.free, len(all.of))
	}
}
