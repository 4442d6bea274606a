//go:build unix

package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/testsize"
)

const (
	// followersOfGroup follow each group: five kinds of subscriptions, each over both
	// transports.
	followersOfGroup = 10
	// paceOfWrites is the time between two writes at least.
	paceOfWrites = 10 * time.Millisecond
)

// Subscribers on two servers, which are killed amid the writes and started again, go
// on by their cursors. In the end each has what its caller finds in the database: those
// who see all clients, and those who see few; those who follow changes, and lists; over
// sockets and event streams; and those whose role has changed meanwhile.
func TestSubscribersReplayIsTheDatabaseAfterKills(t *testing.T) {
	t.Parallel()
	w := newLiveWorld(t, testsize.Of(4, 4, 100), testsize.Of(4, 4, 8))
	following, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	for _, f := range w.followers {
		group.Go(func() { f.run(following) })
	}
	w.untilAll(t, "has what was there before", (*follower).isConnected)
	began := time.Now()
	w.writeAndKill(t, testsize.Of(300, 1_000, 6_000), testsize.Of(2, 4, 6))
	took := time.Since(began)
	w.mark(t)
	w.compare(t)
	w.checkModel(t)
	stop()
	group.Wait()
	w.tell(t, took)
}

// isConnected says whether the follower was told where it stands.
func (f *follower) isConnected() bool {
	_, cursor := f.at()
	return cursor != ""
}

// untilAll waits until that holds of every follower.
func (w *liveWorld) untilAll(t *testing.T, what string, holds func(*follower) bool) {
	t.Helper()
	left := slices.Clone(w.followers)
	deadline := time.Now().Add(3 * patience)
	pause := time.NewTicker(10 * pollPause)
	defer pause.Stop()
	for len(left) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: waited until every follower %s; %d do not, such as %s", what, len(left), left[0])
		}
		<-pause.C
		left = slices.DeleteFunc(left, holds)
	}
}

// writeAndKill has the writers write so much, and kills a process so often in between.
func (w *liveWorld) writeAndKill(t *testing.T, writes, kills int) {
	t.Helper()
	var done atomic.Int64
	pace := time.NewTicker(paceOfWrites)
	defer pace.Stop()
	var group sync.WaitGroup
	for writer := range w.writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 0))
			for done.Add(1) <= int64(writes) {
				<-pace.C
				if err := w.write(t.Context(), writer, random); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	for kill := range kills {
		after := int64((kill + 1) * writes / (kills + 1))
		untilWritten(t, ended, func() bool { return done.Load() >= after })
		w.kill(t, kill%3)
		w.changeRoles(t, kill)
	}
	<-ended
}

// untilWritten waits until that many writes are done, or the writers are.
func untilWritten(t *testing.T, ended <-chan struct{}, done func() bool) {
	t.Helper()
	pause := time.NewTicker(pollPause)
	defer pause.Stop()
	for !done() {
		select {
		case <-ended:
			return
		case <-pause.C:
		}
	}
}

// kill kills a process, and starts again what does not run.
func (w *liveWorld) kill(t *testing.T, which int) {
	t.Helper()
	running := w.crash.servers()
	w.crash.kill(t, which)
	for _, s := range running {
		select {
		case <-s.ended:
			w.used = append(w.used, usageOf(s))
		default:
		}
	}
	w.crash.start(t)
	w.serveAt()
}

// mark writes to the one client of each group that all of its followers see, and waits
// until they have it: all that was written before it has been told to them by then, or
// is told with it.
func (w *liveWorld) mark(t *testing.T) {
	t.Helper()
	for group := range w.groups {
		if err := w.patch(t.Context(), w.groups[group].viewer, `city: "the last"`); err != nil {
			t.Fatal(err)
		}
		w.groups[group].viewer.city = "the last"
	}
	w.untilAll(t, "has the last write", func(f *follower) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, c := range f.known {
			if c.City == "the last" {
				return true
			}
		}
		return f.wrong != nil
	})
}

// compare holds what each follower has against what its caller finds.
func (w *liveWorld) compare(t *testing.T) {
	t.Helper()
	want := make(map[*follower][]string, len(w.followers))
	for _, f := range w.followers {
		there, err := f.there(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(there) == 0 {
			t.Errorf("%s sees nobody: this checks nothing", f)
		}
		want[f] = there
	}
	w.untilAll(t, "has what the database has", func(f *follower) bool {
		got, wrong := f.replay()
		if wrong != nil {
			t.Errorf("%s: %v", f, wrong)
			return true
		}
		f.differs = gocmp.Diff(want[f], got)
		return f.differs == ""
	})
}

// usage is what a process took until its end.
type usage struct {
	cpu time.Duration
	// memory is what it had in memory at most, in bytes.
	memory int64
}

func usageOf(s *serving) usage {
	state := s.cmd.ProcessState
	used := usage{cpu: state.UserTime() + state.SystemTime()}
	if of, ok := state.SysUsage().(*syscall.Rusage); ok {
		used.memory = of.Maxrss << 10
	}
	return used
}

// tell ends the servers, and prints the figures.
func (w *liveWorld) tell(t *testing.T, took time.Duration) {
	t.Helper()
	for _, s := range []*serving{w.crash.second, w.crash.first} {
		s.signal(t, syscall.SIGTERM)
		if code := s.wait(t); code != 0 {
			t.Errorf("exit code %d", code)
		}
		w.used = append(w.used, usageOf(s))
	}
	var delays []time.Duration
	events, resumed, resynced := 0, 0, 0
	for _, f := range w.followers {
		delays = append(delays, f.delays...)
		events, resumed, resynced = events+f.events, resumed+f.resumed, resynced+f.resynced
	}
	var cpu time.Duration
	var memory int64
	for _, used := range w.used {
		cpu += used.cpu
		memory = max(memory, used.memory)
	}
	if resumed == 0 || resynced == 0 || len(delays) == 0 {
		t.Errorf("%d went on by a cursor, %d could not, and %d delays are known: this checks too little", resumed, resynced, len(delays))
		return
	}
	slices.Sort(delays)
	at := func(part float64) time.Duration {
		return delays[int(part*float64(len(delays)-1))].Round(time.Millisecond)
	}
	t.Logf("%d subscribers, %d writes in %v, %d processes: %d events; %d went on by a cursor, %d began anew", len(w.followers), w.written.Load(), took.Round(time.Second), len(w.used), events, resumed, resynced)
	t.Logf("from a write's sending to its event: %v at the median, %v p99, %v at most", at(0.5), at(0.99), at(1))
	t.Logf("the servers took %v of CPU in all, and %d MiB of memory at most", cpu.Round(10*time.Millisecond), memory>>20)
}

// String names a follower in messages.
func (f *follower) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("%s (list: %t, socket: %t, server %d, %d events, wrong: %v) %s", f.name, f.list, f.socket, f.server, f.events, f.wrong, f.differs)
}
