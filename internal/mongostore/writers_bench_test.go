package mongostore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"

	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/testdb"
)

// aborts counts the transactions that a connection gave up.
type aborts struct{ count atomic.Int64 }

func (a *aborts) monitor() *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		if e.CommandName == "abortTransaction" {
			a.count.Add(1)
		}
	}}
}

// BenchmarkWritersOfOneBusiness lets 16 writers patch a client each, all of one
// business, in one process and in two. It tells how many writes a second that
// makes, and how many transactions were given up for each write.
func BenchmarkWritersOfOneBusiness(b *testing.B) {
	const writers, patches = 16, 25
	for _, processes := range []int{1, 2} {
		b.Run(fmt.Sprintf("processes=%d", processes), func(b *testing.B) {
			db, given := testdb.New(b), &aborts{}
			var all []*process
			for range processes {
				all = append(all, openProcess(b, db, given.monitor()))
			}
			clients := several(writers, func(int, *client.Client) {})
			if err := all[0].service.Import(b.Context(), ownerScope(), clients, func(int) {}); err != nil {
				b.Fatal(err)
			}
			given.count.Store(0)
			start, rounds := time.Now(), 0
			for b.Loop() {
				rounds++
				var group sync.WaitGroup
				for n, c := range clients {
					group.Go(func() {
						for i := range patches {
							values := client.Values{"city": fmt.Sprintf("city %d of round %d", i, rounds)}
							if _, err := all[n%processes].service.Patch(b.Context(), ownerScope(), c.ID(), values, nil); err != nil {
								b.Errorf("patch: %v", err)
								return
							}
						}
					})
				}
				group.Wait()
			}
			writes := float64(rounds * writers * patches)
			b.ReportMetric(writes/time.Since(start).Seconds(), "writes/s")
			b.ReportMetric(float64(given.count.Load())/writes, "conflicts/write")
		})
	}
}

// BenchmarkMergeBesideWriters merges a client with 1,500 viewers into another one:
// alone, beside 8 writers of clients that have nothing to do with it, and beside 2
// writers of its viewers. It tells how long the merge takes, how often it was begun,
// and the longest wait of a writer.
func BenchmarkMergeBesideWriters(b *testing.B) {
	const viewers = 1_500
	for _, c := range []struct {
		name    string
		writers int
		viewers bool
	}{{"alone", 0, false}, {"8 of other clients", 8, false}, {"2 of its viewers", 2, true}} {
		b.Run(c.name, func(b *testing.B) {
			total, longest, rounds := time.Duration(0), time.Duration(0), 0
			given := &aborts{}
			for b.Loop() {
				rounds++
				m := newMergeBeside(b, viewers, given)
				took, wait := m.run(b, c.writers, c.viewers)
				total, longest = total+took, max(longest, wait)
			}
			b.ReportMetric(total.Seconds()/float64(rounds), "s/merge")
			b.ReportMetric(float64(given.count.Load())/float64(rounds), "conflicts/merge")
			b.ReportMetric(longest.Seconds(), "s/longest-write")
		})
	}
}

// mergeBeside is a business with a merge to do, and a writer's process beside the
// one that merges.
type mergeBeside struct {
	merger, writer *process
	clients        []*client.Client
	viewers        int
}

// newMergeBeside makes clients 1 and 2, viewers of 2, and as many others.
func newMergeBeside(tb testing.TB, viewers int, given *aborts) *mergeBeside {
	tb.Helper()
	db := testdb.New(tb)
	m := &mergeBeside{merger: openProcess(tb, db, given.monitor()), writer: openProcess(tb, db, nil), viewers: viewers}
	m.clients = several(2+2*viewers, func(i int, c *client.Client) {
		if c.ClientID = int64(1 + i); i >= 2 && i < 2+viewers {
			c.SubjectIDs = []int64{2}
		}
	})
	if err := m.merger.service.Import(tb.Context(), ownerScope(), m.clients, func(int) {}); err != nil {
		tb.Fatal(err)
	}
	given.count.Store(0)
	return m
}

// run merges beside so many writers, of viewers or of others, and returns how long
// the merge took and the longest time that a write took.
func (m *mergeBeside) run(tb testing.TB, writers int, ofViewers bool) (took, longest time.Duration) {
	tb.Helper()
	stop := make(chan struct{})
	var group sync.WaitGroup
	var mu sync.Mutex
	from := 2 + m.viewers
	if ofViewers {
		from = 2
	}
	ready := make(chan struct{}, writers)
	for n := range writers {
		group.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				c, start := m.clients[from+(i*writers+n)*7%m.viewers], time.Now()
				if _, err := m.writer.service.Patch(tb.Context(), ownerScope(), c.ID(), client.Values{"city": fmt.Sprint("city ", i)}, nil); err != nil {
					tb.Errorf("patch beside a merge: %v", err)
				}
				mu.Lock()
				longest = max(longest, time.Since(start))
				mu.Unlock()
				if i == 3 {
					ready <- struct{}{}
				}
			}
		})
	}
	for range writers {
		<-ready
	}
	start := time.Now()
	merged, err := m.merger.service.Merge(tb.Context(), ownerScope(), merging.MergeArgs{ClientID: client.ID{Number: 1}, ClientIDs: []client.ID{{Number: 2}}})
	took = time.Since(start)
	close(stop)
	group.Wait()
	if err != nil {
		tb.Fatalf("merge after %v: %v", took, err)
	}
	if len(merged.Report.ClientIDs) != 1 {
		tb.Fatalf("merged %v", merged.Report.ClientIDs)
	}
	return took, longest
}
