//go:build unix

package app_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"clientgraph/internal/devdb"
	"clientgraph/internal/testsize"
)

// Two servers on one engine are killed, or the engine is, amid eight writers:
// then each write is wholly there or wholly not, what was acknowledged is there,
// and what was not is done once however often it is asked for again. All of it
// survives the kills that follow.
func TestPropertyKillLosesNothingAndLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	var again atomic.Int64
	const lanes = 2
	inLanes(t, lanes, func(t *testing.T, _ int) {
		c := &crash{dir: dataDir(t)}
		var plays []*play
		for round := range testsize.Of(4, 20, 200) / lanes {
			p := c.round(t, int64(round+1))
			again.Add(p.again)
			plays = append(plays, p)
			if t.Failed() {
				return
			}
		}
		for _, p := range plays {
			p.servers = c.servers()
			p.same(t)
			loadState(t, c.first.database(t), p.business).check(t)
		}
	})
	if again.Load() == 0 && !t.Failed() {
		t.Error("nothing was under way at any kill: this checks nothing")
	}
	t.Logf("%d mutations were asked for again", again.Load())
}

// round kills something amid the writers of a new business, and checks what is
// there when all runs again.
func (c *crash) round(t *testing.T, business int64) *play {
	t.Helper()
	c.start(t)
	p := newPlay(t, business, c.servers()...)
	p.keyed = true
	c.killAmid(t, p)
	c.start(t)
	p.servers = c.servers()
	p.settle(t, c.first.database(t))
	p.survey(t)
	p.resolve(t)
	c.check(t, p)
	return p
}

// crash is two servers on one engine, which is the first one's.
type crash struct {
	dir           string
	first, second *serving
}

// start starts the servers that do not run.
func (c *crash) start(t *testing.T) {
	t.Helper()
	if c.first == nil {
		c.first = serve(t, c.dir)
	}
	if c.second == nil {
		c.second = serve(t, c.dir, "--mongodb-uri", c.first.databaseURI())
	}
}

func (c *crash) servers() []*serving { return []*serving{c.first, c.second} }

// killAmid kills one of the three processes somewhere amid the writers. Those
// who ask it find it gone, and the others end with what they are at.
func (c *crash) killAmid(t *testing.T, p *play) {
	t.Helper()
	after := p.answers.Load() + 5 + rand.Int64N(60)
	var killed atomic.Bool
	kill := sync.OnceFunc(func() {
		killed.Store(true)
		c.kill(t, rand.IntN(3))
	})
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for n := 0; !killed.Load(); n++ {
				if p.do(t, writer, p.draw(writer, n)).unknown && !killed.Load() {
					t.Errorf("no answer before the kill: %s%s", c.first.stderr, c.second.stderr)
					break
				}
				if p.answers.Load() >= after {
					kill()
				}
			}
		})
	}
	group.Wait()
}

// kill kills the second server, the first one, or the engine. Without the engine
// neither server is of use.
func (c *crash) kill(t *testing.T, which int) {
	end := func(s *serving, pid int) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		s.wait(t)
	}
	if which == 0 {
		end(c.second, c.second.cmd.Process.Pid)
		c.second = nil
		forgetTransactions(t, c.first.database(t))
		return
	}
	engine := c.first.lock.EnginePID
	pid := engine
	if which == 1 {
		pid = c.first.cmd.Process.Pid
	}
	end(c.first, pid)
	end(c.second, c.second.cmd.Process.Pid)
	until(t, "the engine is gone", func() bool { return !devdb.Alive(engine) })
	c.first, c.second = nil, nil
}

// check holds what is there against what was answered, and its parts against
// each other.
func (c *crash) check(t *testing.T, p *play) {
	t.Helper()
	p.settle(t, c.first.database(t))
	p.survey(t)
	p.check(t)
	loadState(t, c.first.database(t), p.business).check(t)
}
