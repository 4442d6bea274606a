package app_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
)

// resolveTries is how often a deed is asked for again. Of an erasure somebody has
// to say in the end that it was done: what follows from it is part of the history.
const (
	resolveTries = 3
	erasureTries = 30
)

// misfitPatience is how long the search for the answer that does not fit looks at
// each beginning of a history.
const misfitPatience = 10 * time.Second

// play is one business, new and empty, in which writers write at once: whom
// they ask, and what they were answered.
type play struct {
	servers  []*serving
	business int64
	token    string
	began    time.Time
	// patience is how long a writer waits for an answer; 0 is as long as it takes.
	patience time.Duration
	// ids are the clientIds of the slots, for those who know them, and seen the
	// versions that were told last.
	ids  [slots]atomic.Pointer[string]
	seen [slots]atomic.Int64
	// keyed gives each mutation an idempotency key, so that it can be asked for
	// again when it was not answered.
	keyed bool
	// attempts counts what was asked for to no avail or otherwise, and answers
	// what was answered.
	attempts, answers atomic.Int64
	// lost counts the mutations that were not answered.
	lost atomic.Int64

	// taken are the slots whose clients are being made, or are there.
	taken [slots]atomic.Bool
	keys  atomic.Int64

	mu      sync.Mutex
	history []porcupine.Operation
	// pending were not answered, and are to be asked for again; again counts those
	// that were.
	pending []pending
	again   int64
	// shared are deeds that were asked for by each shared key.
	shared [sharedKeys + 1]deed
	// merges are the deeds that undo those merges whose ids were told; merged counts
	// those that were asked for.
	merges []deed
	merged atomic.Int64
	// surveyed is what was there when it was looked at last.
	surveyed told
}

// pending is a deed with a key of its own whose outcome nobody knows.
type pending struct {
	writer int
	deed   deed
	key    string
	call   int64
}

// inLanes runs that many tests at once, which mostly wait.
func inLanes(t *testing.T, lanes int, lane func(t *testing.T, number int)) {
	t.Helper()
	var group sync.WaitGroup
	for number := range lanes {
		group.Go(func() {
			t.Run(fmt.Sprintf("lane %d", number), func(t *testing.T) { lane(t, number) })
		})
	}
	group.Wait()
}

// newPlay founds a business on those servers, which are processes on one
// database.
func newPlay(t *testing.T, business int64, servers ...*serving) *play {
	t.Helper()
	p := &play{servers: servers, business: business, token: ownerToken(t, servers[0].dir, business), began: time.Now()}
	for slot := range founders {
		p.taken[slot].Store(true)
		if got := p.do(t, 0, deed{kind: deedCreate, slot: slot}); got.unknown || got.code != "" {
			t.Fatalf("business %d can't be founded: %v: %s", business, got, servers[0].stderr)
		}
	}
	return p
}

// ownerToken is a token of the server's own development key.
func ownerToken(t *testing.T, dir string, business int64) string {
	t.Helper()
	key, err := auth.DevelopmentKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	development, err := auth.NewDevelopment(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := development.Token(client.Identity{
		BusinessID: business, User: "owner", Role: client.RoleOwner, Permissions: client.AllPermissions,
	}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// now is the time since the play began; no two are the same.
func (p *play) now() int64 { return int64(time.Since(p.began)) }

// do has a deed done by the writer's server, and remembers what it was told. A
// deed with a key of its own that is not answered is left to resolve.
func (p *play) do(t *testing.T, writer int, d deed) told {
	t.Helper()
	key, own := "", false
	switch {
	case d.key > 0:
		key = fmt.Sprintf("shared-%d", d.key)
	case p.keyed && !d.reads():
		key, own = fmt.Sprintf("own-%d", p.keys.Add(1)), true
	}
	call := p.now()
	got := p.send(t, p.servers[writer%len(p.servers)], d, key)
	if got.unknown && !d.reads() {
		p.lost.Add(1)
	}
	if got.unknown && own {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pending = append(p.pending, pending{writer, d, key, call})
		return got
	}
	p.record(writer, d, got, call)
	return got
}

// settle waits until nothing is left to do after erasures.
func (p *play) settle(t *testing.T, db *mongo.Database) {
	t.Helper()
	until(t, "erasures are at their end", func() bool { return unpurged(t, db, p.business) == 0 })
}

// unpurged is of how many erased clients something is left.
func unpurged(t *testing.T, db *mongo.Database, business int64) int64 {
	t.Helper()
	left, err := db.Collection("tombstones").CountDocuments(t.Context(), bson.D{{Key: "businessId", Value: business}, {Key: "pending", Value: true}})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// resolve asks for what is pending again, all at once, and each twice, by two
// servers where there are two. Of what is done both are told the same, and the
// history has it as one deed, asked for since the first time. What nobody answers,
// however often it is asked for, stays unknown.
func (p *play) resolve(t *testing.T) {
	t.Helper()
	left := p.pending
	p.pending, p.again = nil, p.again+int64(len(left))
	var group sync.WaitGroup
	for _, one := range left {
		group.Go(func() {
			first, second := p.resolveOne(t, one)
			switch {
			case one.deed.mayVanish() && (first.vanished() || second.vanished()) && one.deed.kind != deedErase:
				// It was done perhaps, and its answer was erased since.
				p.record(one.writer, one.deed, told{unknown: true}, one.call)
			case second.unknown:
				p.record(one.writer, one.deed, first, one.call)
			case first.unknown || first == second:
				p.record(one.writer, one.deed, second, one.call)
			case first.code != "" || second.code != "":
				// What is refused frees the key, and may be done the next time.
				p.record(one.writer, one.deed, first, one.call)
				p.record(one.writer, one.deed, second, one.call)
			default:
				t.Errorf("business %d: %v is answered %v and %v", p.business, one.deed, first, second)
			}
		})
	}
	group.Wait()
}

func (p *play) resolveOne(t *testing.T, one pending) (first, second told) {
	answers, tries := [2]told{{unknown: true}, {unknown: true}}, resolveTries
	if one.deed.kind == deedErase {
		tries = erasureTries
	}
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			for range tries {
				if !answers[i].unknown {
					return
				}
				answers[i] = p.send(t, p.servers[i%len(p.servers)], one.deed, one.key)
			}
		})
	}
	group.Wait()
	return answers[0], answers[1]
}

// record adds an answer to the history. What was read for nothing is no part
// of it; what was perhaps done may be done at any later time.
func (p *play) record(writer int, d deed, got told, call int64) {
	operation := porcupine.Operation{ClientId: writer, Input: d, Output: got, Call: call, Return: p.now()}
	if got.unknown {
		if d.reads() {
			return
		}
		operation.Return = math.MaxInt64
	} else {
		p.answers.Add(1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.history = append(p.history, operation)
}

// survey reads all there is once nobody writes any more and nothing is left to do
// after erasures, as soon as it can be read.
func (p *play) survey(t *testing.T) {
	t.Helper()
	until(t, "the database can be read", func() bool {
		p.surveyed = p.do(t, 0, deed{kind: deedSurvey})
		return !p.surveyed.unknown
	})
}

// same wants all that was there to be there.
func (p *play) same(t *testing.T) {
	t.Helper()
	before := p.surveyed
	p.survey(t)
	if p.surveyed != before {
		t.Errorf("business %d was %v, and is %v", p.business, before, p.surveyed)
	}
}

// check holds the history against the model.
func (p *play) check(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch judge(p.history, time.Minute) {
	case porcupine.Illegal:
		t.Errorf("business %d: no order of these makes sense; the last of them is the first that does not fit:%s", p.business, text(p.misfit()))
	case porcupine.Unknown:
		t.Errorf("business %d: a history of %d took over a minute to check:%s", p.business, len(p.history), text(p.history))
	}
}

// judge says whether the history is one that the model may have.
func judge(history []porcupine.Operation, patience time.Duration) porcupine.CheckResult {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{world{}} },
		Step: func(state, input, output any) []any {
			got := output.(told)
			var next []any
			for _, before := range state.(world).purges() {
				after, want, can := before.apply(input.(deed), got.merge)
				switch {
				case can && got.unknown:
					next = append(next, before, after)
				case can && got.matches(want):
					next = append(next, after)
				}
			}
			return next
		},
	}
	return porcupine.CheckOperationsTimeout(model.ToModel(), history, patience)
}

// misfit is the shortest beginning of a history that makes no sense. What was asked
// for in it and answered later counts as not answered yet, so that all that matters
// to the last answer is there.
func (p *play) misfit() []porcupine.Operation {
	ordered := slices.SortedStableFunc(slices.Values(p.history), func(a, b porcupine.Operation) int {
		return cmp.Compare(a.Return, b.Return)
	})
	beginning := func(length int) []porcupine.Operation {
		until, cut := ordered[length-1].Return, slices.Clone(ordered[:length])
		for _, later := range ordered[length:] {
			if later.Call < until && !later.Input.(deed).reads() {
				later.Return, later.Output = math.MaxInt64, told{unknown: true, merge: later.Output.(told).merge}
				cut = append(cut, later)
			}
		}
		return cut
	}
	length := 1 + sort.Search(len(ordered)-1, func(n int) bool {
		return judge(beginning(n+1), misfitPatience) == porcupine.Illegal
	})
	cut := beginning(length)
	// The answer that does not fit is told last.
	return append(append(cut[:length-1:length-1], cut[length:]...), cut[length-1])
}

func text(history []porcupine.Operation) string {
	var text strings.Builder
	for _, o := range history {
		fmt.Fprintf(&text, "\n%10d %20d writer %d: %v: %v", o.Call, o.Return, o.ClientId, o.Input, o.Output)
	}
	return text.String()
}
