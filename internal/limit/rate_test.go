package limit

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clock stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)} }

// TestRateAllowsABurstAndThenSteadily: ten at once, then one every two seconds,
// and the wait that is told is the wait that there is.
func TestRateAllowsABurstAndThenSteadily(t *testing.T) {
	c := newClock()
	rate := NewRate(Lookups(), c.now)
	for i := range 10 {
		if _, ok := rate.Take("ada"); !ok {
			t.Fatalf("time %d of 10 is refused", i+1)
		}
	}
	wait, ok := rate.Take("ada")
	if ok || wait != 2*time.Second {
		t.Fatalf("the 11th time is allowed: %v, or to wait %v", ok, wait)
	}
	c.at = c.at.Add(wait - 1)
	if wait, ok = rate.Take("ada"); ok || wait != 1 {
		t.Errorf("a moment too early it is allowed: %v, or to wait %v", ok, wait)
	}
	c.at = c.at.Add(1)
	if _, ok = rate.Take("ada"); !ok {
		t.Error("after the wait it is refused")
	}
	if _, ok = rate.Take("ada"); ok {
		t.Error("one wait allows two")
	}
}

func TestRateKeepsPrincipalsApart(t *testing.T) {
	rate := NewRate(Budget{Burst: 1, Every: time.Second}, newClock().now)
	for _, principal := range []string{"1:ada", "1:bob", "2:ada"} {
		if _, ok := rate.Take(principal); !ok {
			t.Errorf("%s pays for somebody else", principal)
		}
	}
}

// TestRateIsATokenBucket compares with buckets that are never forgotten.
func TestRateIsATokenBucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		budget := Budget{Burst: rapid.IntRange(1, 5).Draw(t, "burst"), Every: time.Duration(rapid.IntRange(1, 4).Draw(t, "every")) * time.Second}
		rate := NewRate(budget, c.now)
		tokens, seen := map[string]float64{}, map[string]time.Time{}
		for range rapid.IntRange(1, 200).Draw(t, "times") {
			c.at = c.at.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "pause")) * time.Second)
			who := rapid.SampledFrom([]string{"ada", "bob", "cyd"}).Draw(t, "who")
			if _, known := tokens[who]; !known {
				tokens[who] = float64(budget.Burst)
			}
			tokens[who] = math.Min(float64(budget.Burst), tokens[who]+c.at.Sub(seen[who]).Seconds()/budget.Every.Seconds())
			seen[who] = c.at
			const almost = 1e-9
			want := tokens[who] >= 1-almost
			if want {
				tokens[who]--
			}
			wait, ok := rate.Take(who)
			if ok != want {
				t.Fatalf("%s has %v tokens and is allowed: %v", who, tokens[who], ok)
			}
			if missing := (1 - tokens[who]) * budget.Every.Seconds(); !ok && math.Abs(wait.Seconds()-missing) > 1e-6 {
				t.Fatalf("to wait %v for %v seconds' worth", wait, missing)
			}
		}
	})
}

// TestRateRemembersABoundedNumber: as many strangers as there may be cost no
// more memory than two generations, and who stays away is forgotten.
func TestRateRemembersABoundedNumber(t *testing.T) {
	c := newClock()
	rate := NewRate(Lookups(), c.now)
	for i := range 5 * maxPrincipals {
		rate.Take(fmt.Sprint(i))
		if n := len(rate.newer) + len(rate.older); n > 2*maxPrincipals {
			t.Fatalf("%d principals are remembered", n)
		}
	}
	for range 2 {
		c.at = c.at.Add(time.Minute)
		rate.Take("ada")
	}
	if n := len(rate.newer) + len(rate.older); n != 2 {
		t.Errorf("%d entries are kept of the one who came lately", n)
	}
}

// TestRateCountsEveryoneAtOnce: of many at the same instant no more pass than
// the budget has.
func TestRateCountsEveryoneAtOnce(t *testing.T) {
	rate := NewRate(Lookups(), newClock().now)
	var passed atomic.Int64
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			if _, ok := rate.Take("ada"); ok {
				passed.Add(1)
			}
		})
	}
	wait.Wait()
	if passed.Load() != 10 {
		t.Errorf("%d of 50 passed, want 10", passed.Load())
	}
}
