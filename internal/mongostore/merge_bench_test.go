package mongostore_test

import (
	"fmt"
	"testing"
	"time"

	"clientgraph/internal/bench"
	"clientgraph/internal/client"
	"clientgraph/internal/service/merging"
	"clientgraph/internal/testdb"
)

// BenchmarkMergeOfFifty folds 50 clients into one: each sees 100 others, 4,500
// different ones in all, and is seen by 900 viewers of its own. It tells how long
// the merge takes and how many commands it sends, and the same of undoing it. The
// embedded engine keeps a transaction in its cache: this one takes some GiB.
func BenchmarkMergeOfFifty(b *testing.B) {
	const folded, subjects, distinct, viewers = 50, 100, 4_500, 900
	const cacheMiB = 3_072
	for b.Loop() {
		b.StopTimer()
		recorder := &bench.Recorder{}
		engine := testdb.LargeEngine(b, b.TempDir(), cacheMiB)
		p := openProcess(b, testdb.DB{URI: engine.URI, Name: "merge"}, recorder.Monitor())
		clients := make([]*client.Client, 1+folded+distinct+folded*viewers)
		for i := range clients {
			clients[i] = &client.Client{ClientID: int64(1 + i), Lifecycle: client.Live, Status: client.StatusActive}
			if i <= folded {
				c := clients[i]
				c.FirstName, c.LastName, c.EmailAddress = new("Ann"), new(fmt.Sprint("Lee ", i)), new(fmt.Sprintf("ann%d@example.com", i))
			}
		}
		args := merging.MergeArgs{ClientID: client.ID{Number: 1}}
		for i := range int64(folded) {
			c := clients[1+i]
			args.ClientIDs = append(args.ClientIDs, client.ID{Number: c.ClientID})
			for s := range int64(subjects) {
				// The last clients see again whom the first ones see.
				c.SubjectIDs = append(c.SubjectIDs, 2+folded+(i*subjects+s)%distinct)
			}
			for v := range int64(viewers) {
				clients[1+folded+distinct+i*viewers+v].SubjectIDs = []int64{c.ClientID}
			}
		}
		if err := p.service.Import(b.Context(), ownerScope(), clients, func(int) {}); err != nil {
			b.Fatal(err)
		}
		took := func(what string, do func() error) {
			if _, err := recorder.Take(); err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			if err := do(); err != nil {
				b.Fatalf("%s: %v", what, err)
			}
			recording, err := recorder.Take()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), "s/"+what)
			b.ReportMetric(float64(recording.Commands), "commands/"+what)
		}
		b.StartTimer()
		var merged merging.MergeResult
		took("merge", func() (err error) {
			merged, err = p.service.Merge(b.Context(), ownerScope(), args)
			return err
		})
		b.StopTimer()
		if got := len(merged.Client.SubjectIDs); got != distinct {
			b.Fatalf("the survivor sees %d clients", got)
		}
		took("unmerge", func() error {
			_, err := p.service.Unmerge(b.Context(), ownerScope(), merging.UnmergeArgs{MergeID: client.ID{Number: merged.MergeID}})
			return err
		})
		b.StartTimer()
	}
}
