package limit_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/limit"
)

// entering asks for a slot beside the test, and tells when it has one.
type entering struct {
	turn  limit.Turn
	leave func()
	done  bool
}

func enter(s *limit.Slots, business, principal string) *entering {
	e := &entering{}
	go func() {
		e.leave, e.turn = s.Enter(context.Background(), business, principal)
		e.done = true
	}()
	synctest.Wait()
	return e
}

func (e *entering) running() bool { return e.done && e.turn == limit.TurnTaken }

func TestPrincipalWithTheFewestRunningIsNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limit.NewSlots(4, 100, time.Hour)
		var flood []*entering
		for range 50 {
			flood = append(flood, enter(s, "1", "flood"))
		}
		running := 0
		for _, e := range flood {
			if e.running() {
				running++
			}
		}
		if running != 2 {
			t.Fatalf("one principal has %d of 4 slots, want half of them", running)
		}
		other := enter(s, "1", "other")
		if !other.running() {
			t.Fatal("another principal finds no free slot")
		}
		last := enter(s, "1", "last")
		second, third := enter(s, "1", "other"), enter(s, "1", "third")
		flood[0].leave()
		synctest.Wait()
		if !third.running() || second.running() || flood[2].running() {
			t.Error("the slot went to who has something running")
		}
		last.leave()
		synctest.Wait()
		if !second.running() && !flood[2].running() {
			t.Error("a free slot went to nobody")
		}
		flood[1].leave()
		synctest.Wait()
		if !flood[2].running() {
			t.Error("those of one principal don't go in the order in which they came")
		}
		flood[0].leave, flood[1].leave = nil, nil
		drain(append(flood, other, third, second))
	})
}

// drain lets all that wait have their turn.
func drain(all []*entering) {
	for left := true; left; {
		left = false
		for _, e := range all {
			if e.running() && e.leave != nil {
				e.leave()
				synctest.Wait()
				e.leave = nil
				left = true
			}
		}
	}
}

func TestBusinessesShareSlotsHoweverManyPrincipalsEachHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limit.NewSlots(4, 100, time.Hour)
		var crowd []*entering
		for i := range 20 {
			crowd = append(crowd, enter(s, "crowded", strconv.Itoa(i)))
		}
		small := enter(s, "small", "one")
		crowd[0].leave()
		crowd[0].leave = nil
		synctest.Wait()
		if !small.running() {
			t.Error("the slot went to the business that has more running")
		}
		small.leave()
		drain(crowd)
	})
}

func TestFullQueueTurnsAwayWhoWaitsMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limit.NewSlots(1, 3, time.Hour)
		all := []*entering{enter(s, "1", "flood"), enter(s, "1", "flood"), enter(s, "1", "flood"), enter(s, "1", "flood")}
		if e := enter(s, "1", "flood"); !e.done || e.turn != limit.TurnOwn {
			t.Errorf("one more of a principal that fills the queue: %v, %v", e.done, e.turn)
		}
		if s.Busy("1", "flood") != limit.TurnOwn || s.Busy("2", "other") != limit.TurnTaken {
			t.Error("what would be turned away is not told before")
		}
		other := enter(s, "2", "other")
		if other.done || !all[3].done || all[3].turn != limit.TurnOwn {
			t.Error("the last of the flood did not make room")
		}
		if third := enter(s, "3", "third"); third.done && third.turn != limit.TurnBusy {
			t.Errorf("a third one: %v", third.turn)
		} else if !third.done {
			all = append(all, third)
		}
		drain(append(all, other))
		if !other.done || other.turn != limit.TurnTaken {
			t.Error("who took a place in the queue had no turn")
		}
	})
}

// Many users of one business, who wait once each, leave another business a place
// in the queue.
func TestFullQueueTurnsAwayTheBusinessThatWaitsMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limit.NewSlots(1, 4, time.Hour)
		var crowd []*entering
		for i := range 5 {
			crowd = append(crowd, enter(s, "crowded", strconv.Itoa(i)))
		}
		if s.Busy("crowded", "sixth") != limit.TurnBusy || s.Busy("small", "one") != limit.TurnTaken {
			t.Error("what would be turned away is not told before")
		}
		if e := enter(s, "crowded", "sixth"); !e.done || e.turn != limit.TurnBusy {
			t.Errorf("one more of the business that fills the queue: %v, %v", e.done, e.turn)
		}
		small := enter(s, "small", "one")
		if small.done || !crowd[4].done || crowd[4].turn != limit.TurnBusy {
			t.Error("the last one of the crowded business did not make room")
		}
		drain(append(crowd, small))
		if !small.done || small.turn != limit.TurnTaken {
			t.Error("who took a place in the queue had no turn")
		}
	})
}

func TestNobodyWaitsLongerThanPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := limit.NewSlots(1, 5, 50*time.Millisecond)
		first := enter(s, "1", "a")
		second := enter(s, "2", "b")
		time.Sleep(50 * time.Millisecond) // The bubble's clock.
		synctest.Wait()
		if !second.done || second.turn != limit.TurnBusy {
			t.Errorf("after its patience: %v, %v", second.done, second.turn)
		}
		first.leave()
		first.leave() // A second time gives nothing back.
		if e := enter(s, "2", "b"); !e.running() {
			t.Error("the slot was lost")
		} else if again := enter(s, "3", "c"); again.running() {
			t.Error("there are two slots of one")
		} else {
			e.leave()
			synctest.Wait()
			again.leave()
		}
	})
}

// Whoever comes, leaves and gives up: no slot is lost or made, and no principal
// has more than its part.
func TestPropertySlotsAreNeitherLostNorMade(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		slots := rapid.IntRange(1, 6).Draw(r, "slots")
		s := limit.NewSlots(slots, rapid.IntRange(0, 5).Draw(r, "waiting"), time.Hour)
		var mu sync.Mutex
		running, most := map[string]int{}, 0
		var group sync.WaitGroup
		for range rapid.IntRange(1, 40).Draw(r, "callers") {
			who := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "who")
			gone := rapid.Bool().Draw(r, "gone")
			group.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if gone {
					cancel()
				}
				leave, turn := s.Enter(ctx, who, who)
				if turn != limit.TurnTaken {
					return
				}
				mu.Lock()
				running[who]++
				most = max(most, running["a"]+running["b"]+running["c"])
				over := running[who] > (slots+1)/2
				mu.Unlock()
				if over {
					r.Errorf("%s has %d of %d slots", who, running[who], slots)
				}
				mu.Lock()
				running[who]--
				mu.Unlock()
				leave()
			})
		}
		group.Wait()
		if most > slots {
			r.Fatalf("%d ran on %d slots", most, slots)
		}
		// All are free again.
		for i := range slots {
			if _, turn := s.Enter(context.Background(), strconv.Itoa(i), "x"); turn != limit.TurnTaken {
				r.Fatalf("slot %d of %d is lost", i, slots)
			}
		}
	})
}

func TestSharesBoundAllAndEach(t *testing.T) {
	s := limit.NewShares(10, 6)
	for i, c := range []struct {
		of   string
		much int64
		want bool
	}{{"a", 6, true}, {"a", 1, false}, {"b", 4, true}, {"b", 1, false}, {"c", 1, false}} {
		if got := s.Take(c.of, c.much); got != c.want {
			t.Errorf("%d: %s takes %d: %t", i, c.of, c.much, got)
		}
	}
	s.Give("a", 6)
	if !s.Take("c", 6) || s.Take("c", 1) {
		t.Error("what was given back is not there, or more")
	}
	if unbounded := limit.NewShares(0, 0); !unbounded.Take("a", 1<<40) {
		t.Error("0 is a bound")
	}
}
