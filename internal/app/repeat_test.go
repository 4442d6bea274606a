package app

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// What is done again is done at once, after each interval, when it is woken, and
// no more after the end.
func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		wake := make(chan struct{})
		var done atomic.Int64
		stop := inBackground(ctx, func(ctx context.Context) { repeat(ctx, time.Minute, wake, func() { done.Add(1) }) })
		want := func(times int64) {
			t.Helper()
			synctest.Wait()
			if got := done.Load(); got != times {
				t.Fatalf("done %d times, want %d", got, times)
			}
		}
		want(1)
		time.Sleep(time.Minute)
		want(2)
		wake <- struct{}{}
		want(3)
		time.Sleep(2 * time.Minute)
		want(5)
		cancel()
		stop()
		want(5)
	})
	// By itself, without anybody to wake it.
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		done := 0
		repeat(ctx, time.Minute, nil, func() { done++ })
		if done != 2 {
			t.Errorf("done %d times in one and a half intervals", done)
		}
	})
}
