package mongostore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// checkOrder holds the rows about each client to the order in which they were
// written, and to going on where the one before ended: who saw the client after the
// one row saw it before the next.
func (p *process) checkOrder(t *testing.T) {
	t.Helper()
	p.checkFeed(t)
	last := map[any]bson.M{}
	for _, row := range p.rows(t, "changes", bson.D{{Key: "businessId", Value: testBusiness}}, bson.D{{Key: "sequence", Value: 1}}) {
		id := row["clientId"]
		if before, known := last[id]; known {
			if row["change"].(int64) <= before["change"].(int64) {
				t.Errorf("client %v: row %v is the client's number %v, after number %v", id, row["sequence"], row["change"], before["change"])
			}
			if fmt.Sprint(row["visibilityBefore"]) != fmt.Sprint(before["visibilityAfter"]) {
				t.Errorf("client %v: row %v begins with %v, the one before ended with %v", id, row["sequence"], row["visibilityBefore"], before["visibilityAfter"])
			}
		}
		last[id] = row
	}
}

// Whoever reads the feed is told of all that was written before, though nobody
// numbered it: by a server that ended, or in the moment after the write.
func TestReadersOfTheFeedNumberWhatWaits(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	begun, err := p.service.ClientChanges(t.Context(), ownerScope(), nil, 10, client.Selection{})
	must(t, err)
	for i := range 5 {
		p.create(t, nameValues(fmt.Sprint("Client ", i)))
		part, err := p.service.ClientChanges(t.Context(), ownerScope(), &begun.Cursor, 100, client.Selection{})
		must(t, err)
		if len(part.Changes) != i+1 {
			t.Fatalf("after %d writes the feed has %d changes", i+1, len(part.Changes))
		}
	}
	p.checkOrder(t)
}

// Where rows can't be numbered, readers are told what is numbered; nothing is lost,
// and later all goes on.
func TestFeedServesWhatIsNumberedWhereNumberingFails(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	begun, err := p.service.ClientChanges(t.Context(), ownerScope(), nil, 10, client.Selection{})
	must(t, err)
	told := func() int {
		t.Helper()
		part, err := p.service.ClientChanges(t.Context(), ownerScope(), &begun.Cursor, 100, client.Selection{})
		must(t, err)
		return len(part.Changes)
	}
	c := p.create(t, nameValues("Ann"))
	if n := told(); n != 1 {
		t.Fatalf("%d changes are told, want 1", n)
	}
	feed := refusal("changes")
	must(t, feed.put(p))
	for i := range 3 {
		_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": fmt.Sprint("city ", i)}, nil)
		must(t, err)
	}
	if n := told(); n != 1 {
		t.Errorf("%d changes are told while nothing is numbered, want 1", n)
	}
	if err := p.store.NumberChanges(t.Context()); err == nil {
		t.Error("numbering says nothing of what is wrong")
	}
	must(t, feed.remove(p))
	if n := told(); n != 4 {
		t.Errorf("%d changes are told in the end, want 4", n)
	}
	p.checkOrder(t)
	p.checkHistory(t)
}

// A number that somebody else took, as only a server of before the outbox could, is
// never given to a row that is then lost.
func TestTakenNumberIsAFailure(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	p.create(t, nameValues("Ann"))
	p.number(t)
	taken := document("changes", bson.D{{Key: "businessId", Value: testBusiness}, {Key: "sequence", Value: int64(2)}})
	must(t, taken.put(p))
	p.create(t, nameValues("Bob"))
	if err := p.store.NumberChanges(t.Context()); err == nil {
		t.Error("a taken number was given again")
	}
	must(t, taken.remove(p))
	p.checkOrder(t)
	p.checkHistory(t)
}

// Numbering that is stopped at any command goes on in another process, which may
// be at it already: each row is in the feed once, in its order, without a gap.
func TestNumberingStoppedAnywhereGoesOn(t *testing.T) {
	db, stops := testdb.New(t), &stopper{}
	stopped, p := openProcess(t, db, stops.monitor()), openProcess(t, db, nil)
	feed, rows := refusal("changes"), int64(0)
	for n := int64(1); ; n++ {
		// Rows wait, whoever wrote them.
		must(t, feed.put(p))
		for range 2 {
			c := p.create(t, nameValues("Ann"))
			_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": "Here"}, nil)
			must(t, err)
			rows += 2
		}
		must(t, feed.remove(p))
		ctx, cancel := context.WithCancel(t.Context())
		stops.stop.Store(&cancel)
		stops.left.Store(n)
		_ = stopped.store.NumberChanges(ctx)
		whole := stops.left.Load() > 0
		cancel()
		head, err := p.store.ChangeHead(t.Context(), ownerScope())
		must(t, err)
		if head != rows {
			t.Fatalf("stopped at command %d: the head is %d, want %d", n, head, rows)
		}
		p.checkOrder(t)
		if whole {
			break
		}
	}
	p.checkHistory(t)
}

// While one process finds that a row has a number, another one gives the next row its
// number, at any moment of it: none of both is cleared from the outbox before the head is
// above it.
func TestRowsThatAnotherProcessNumbersMeanwhileStayInTheOutbox(t *testing.T) {
	var left atomic.Int64
	meanwhile := func() {}
	db := testdb.New(t)
	p, overtaken := openProcess(t, db, nil), openProcess(t, db, &event.CommandMonitor{Started: func(context.Context, *event.CommandStartedEvent) {
		if left.Add(-1) == 0 {
			meanwhile()
		}
	}})
	feed, head := refusal("changes"), int64(0)
	for n := int64(1); ; n++ {
		must(t, feed.put(p))
		p.create(t, nameValues("Ann"))
		p.create(t, nameValues("Bob"))
		// Read before their writer can number them.
		rows := p.rows(t, "outbox", bson.D{}, bson.D{{Key: "clientId", Value: 1}})
		must(t, feed.remove(p))
		number := func(i int) {
			rows[i]["sequence"], rows[i]["at"] = head+int64(i)+1, time.Now()
			// It may have a number by then, which it keeps.
			if _, err := p.db.Collection("changes").InsertOne(context.Background(), rows[i]); err != nil && !mongo.IsDuplicateKeyError(err) {
				t.Errorf("number a row: %v", err)
			}
		}
		number(0)
		meanwhile = func() { number(1) }
		left.Store(n)
		must(t, overtaken.store.NumberChanges(t.Context()))
		p.checkOrder(t)
		if left.Swap(0) > 0 {
			return
		}
		head += 2
	}
}

// Several processes that write and number at once, and readers who number as well,
// leave each row once in the feed, in the order of its client.
func TestProcessesNumberAtOnce(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil), openProcess(t, db, nil)}
	clients := several(6, func(int, *client.Client) {})
	processes[0].importAll(t, ownerScope(), clients)
	patches := testsize.Of(15, 60, 200)
	var writers, readers sync.WaitGroup
	over := make(chan struct{})
	for n, p := range processes {
		for w := range 3 {
			writers.Go(func() {
				for i := range patches {
					c := clients[(n+w+i)%len(clients)]
					if _, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": fmt.Sprintf("%d of %d of %d", i, w, n)}, nil); err != nil {
						t.Errorf("patch: %v", err)
					}
				}
			})
		}
		readers.Go(func() {
			for last := int64(0); ; {
				head, err := p.store.ChangeHead(t.Context(), ownerScope())
				if err != nil || head < last {
					t.Errorf("the head is %d after %d, %v", head, last, err)
				}
				rows, _, err := p.store.Changes(t.Context(), ownerScope(), last, head, 10_000)
				if err != nil || int64(len(rows)) != head-last {
					t.Errorf("%d rows up to %d from %d, %v", len(rows), head, last, err)
				}
				last = head
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(over)
	readers.Wait()
	processes[1].checkOrder(t)
	processes[1].checkHistory(t)
}

// More rows than one step takes are numbered at once.
func TestManyRowsAreNumberedAtOnce(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	feed := refusal("changes")
	must(t, feed.put(p))
	many := testsize.Of(1_100, 2_500, 2_500)
	p.importAll(t, ownerScope(), several(many, func(int, *client.Client) {}))
	must(t, feed.remove(p))
	p.number(t)
	head, err := p.store.ChangeHead(t.Context(), ownerScope())
	if err != nil || head != int64(many) {
		t.Errorf("the head is %d, %v", head, err)
	}
	p.checkOrder(t)
}

// Of rows that wait when their client is erased nothing stays but their numbers, and
// none comes after the one that tells of the erasure.
func TestRowsThatWaitAreErasedWithTheirClient(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	b := p.bystanders(t)
	feed := refusal("changes")
	must(t, feed.put(p))
	_, err := p.service.Patch(t.Context(), ownerScope(), b.gone, client.Values{"city": "Here"}, nil)
	must(t, err)
	must(t, b.recordAppointment(t.Context(), b.service, 1))
	// The purge ends with the feed: it can't be done yet.
	must(t, b.erase(t.Context(), b.service))
	if left, err := p.store.Erasures(t.Context(), 10); err != nil || len(left) != 1 {
		t.Fatalf("erasures that are left: %v, %v", left, err)
	}
	must(t, feed.remove(p))
	_, err = p.service.ResumeErasures(t.Context())
	must(t, err)
	b.check(t)
	rows := p.rows(t, "changes", bson.D{{Key: "businessId", Value: testBusiness}}, bson.D{{Key: "sequence", Value: 1}})
	erased := 0
	for _, row := range rows {
		if row["clientId"] == b.gone.Number {
			erased++
		}
	}
	if erased != 1 {
		t.Errorf("%d rows are about the erased client, want the one that says so", erased)
	}
}

// An export tells of rows that wait, too.
func TestExportTellsOfRowsThatWait(t *testing.T) {
	p := openProcess(t, testdb.New(t), nil)
	feed := refusal("changes")
	must(t, feed.put(p))
	c := p.create(t, nameValues("Ann"))
	_, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": "Here"}, nil)
	must(t, err)
	rows, err := p.store.ClientChangeRows(t.Context(), ownerScope(), []int64{c.ClientID})
	if err != nil || len(rows) != 2 || rows[0].Version != 1 || rows[1].Version != 2 {
		t.Errorf("the rows are %+v, %v", rows, err)
	}
	must(t, feed.remove(p))
	p.number(t)
	if rows, err = p.store.ClientChangeRows(t.Context(), ownerScope(), []int64{c.ClientID}); err != nil || len(rows) != 2 {
		t.Errorf("the rows are %+v, %v", rows, err)
	}
}

// Processes that number in their transactions, and turn to the outbox amid their
// writes, leave one feed: without a gap, and in the order of each client.
func TestTurningToTheOutboxAmidWriters(t *testing.T) {
	db := testdb.New(t)
	processes := []*process{openProcess(t, db, nil), openProcess(t, db, nil)}
	processes[0].withoutOutbox(t)
	clients := several(4, func(int, *client.Client) {})
	processes[0].importAll(t, ownerScope(), clients)
	patches := testsize.Of(20, 80, 200)
	half := make(chan struct{}, len(processes)*2)
	var group sync.WaitGroup
	for n, p := range processes {
		for w := range 2 {
			group.Go(func() {
				for i := range patches {
					if i == patches/2 {
						half <- struct{}{}
					}
					c := clients[(n+w+i)%len(clients)]
					if _, err := p.service.Patch(t.Context(), ownerScope(), c.ID(), client.Values{"city": fmt.Sprintf("%d of %d of %d", i, w, n)}, nil); err != nil {
						t.Errorf("patch: %v", err)
					}
				}
			})
		}
	}
	<-half
	numbered := processes[0].rows(t, "counters", bson.D{{Key: "_id", Value: "changes:1"}}, bson.D{})[0]["value"].(int64)
	must(t, processes[1].store.SwitchToOutbox(t.Context()))
	group.Wait()
	processes[0].checkOrder(t)
	processes[0].checkHistory(t)
	all := int64(len(clients) + len(processes)*2*patches)
	if head, err := processes[0].store.ChangeHead(t.Context(), ownerScope()); err != nil || head != all || numbered <= int64(len(clients)) || numbered >= all {
		t.Errorf("the head is %d, want %d, %v; %d were numbered in transactions before", head, all, err, numbered)
	}
}
