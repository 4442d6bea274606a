package app_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// flakyPatience is how long a writer waits for an answer over a broken way.
const flakyPatience = 3 * time.Second

// maxLost is after how many mutations without an answer writers give up: what was
// perhaps done makes histories slow to check.
const maxLost = 6

// Who can't be served for want of the database is told so, and to try again:
// then it works.
func TestLostDatabaseIsUnavailableUntilItIsBack(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	way := newFlaky(t, testdb.Engine(t, dir).Address)
	s := serve(t, dir, "--mongodb-uri", way.uri())
	owner := s.owner(t)
	s.do(t, owner, createJane)
	s.do(t, owner, `mutation { patchClient(clientId: "1", patch: {password: "a long password"}) { userErrors { code } } }`)
	jane := s.token(t, "--role", "CLIENT", "--client-account-id", "1")
	s.do(t, jane, names)
	way.cut()
	for name, one := range map[string]struct {
		token, query string
		status       int
	}{
		"a read":                {owner, names, http.StatusOK},
		"a write":               {owner, createJane, http.StatusOK},
		"a token's own look-up": {jane, names, http.StatusServiceUnavailable},
	} {
		a, err := s.post(t.Context(), one.token, "", one.query, nil)
		if err != nil || len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "UNAVAILABLE" || a.status != one.status {
			t.Errorf("%s: %v, status %d: %s", name, err, a.status, a.body)
		}
	}
	way.open(t)
	until(t, "the database is found again", func() bool {
		a, err := s.post(t.Context(), owner, "", names, nil)
		return err == nil && len(a.Errors) == 0
	})
	wantJane(t, s)
}

// Whatever becomes of the connection to the database, before, during and after
// commits: what was acknowledged is done, what was not is done or undone as a
// whole, what is asked for again by the same key is done once, and callers are
// told by the code to do so.
func TestPropertyBrokenConnectionsLoseNothingAndDoNothingTwice(t *testing.T) {
	t.Parallel()
	var again atomic.Int64
	const lanes = 3
	inLanes(t, lanes, func(t *testing.T, _ int) {
		dir := dataDir(t)
		way := newFlaky(t, testdb.Engine(t, dir).Address)
		s := serve(t, dir, "--mongodb-uri", way.uri())
		for round := range testsize.Of(3, 15, 120) / lanes {
			p := newPlay(t, int64(round+1), s)
			p.keyed, p.patience = true, flakyPatience
			p.overBrokenWay(t, way)
			forgetTransactions(t, s.database(t))
			p.resume(t, s.database(t), dir, way.uri())
			p.survey(t)
			p.resolve(t)
			again.Add(p.again)
			p.resume(t, s.database(t), dir, way.uri())
			p.survey(t)
			p.check(t)
			loadState(t, s.database(t), p.business).check(t)
			if t.Failed() {
				return
			}
		}
		if !strings.Contains(s.stderr.String(), "database unavailable") {
			t.Error("the database was always there: this checks nothing")
		}
	})
	if again.Load() == 0 && !t.Failed() {
		t.Error("all was answered the first time: this checks nothing")
	}
	t.Logf("%d mutations were asked for again", again.Load())
}

// overBrokenWay has writers write while their way to the database is broken.
func (p *play) overBrokenWay(t *testing.T, way *flaky) {
	t.Helper()
	var group sync.WaitGroup
	var busy atomic.Int64
	busy.Add(writers)
	for writer := range writers {
		group.Go(func() {
			defer busy.Add(-1)
			for n := range testsize.Of(8, 12, 12) {
				if p.do(t, writer, p.draw(writer, n)).unknown && (rand.IntN(2) == 0 || p.lost.Load() >= maxLost) {
					return
				}
			}
		})
	}
	way.disturb(t, func() bool { return busy.Load() > 0 }, p.attempts.Load)
	group.Wait()
}

// resume has erasures that broke off brought to their end: by a new server, which
// does that when it starts.
func (p *play) resume(t *testing.T, db *mongo.Database, dir, uri string) {
	t.Helper()
	if unpurged(t, db, p.business) > 0 {
		another := serve(t, dir, "--mongodb-uri", uri)
		defer another.wait(t)
		defer another.signal(t, os.Kill)
	}
	p.settle(t, db)
}

// forgetTransactions ends those that were lost with their connections, as
// MongoDB does by itself after a minute. Until then they stand in the way.
func forgetTransactions(t *testing.T, db *mongo.Database) {
	t.Helper()
	if err := db.Client().Database("admin").RunCommand(t.Context(), bson.D{{Key: "killAllSessions", Value: bson.A{}}}).Err(); err != nil {
		t.Fatal(err)
	}
}
