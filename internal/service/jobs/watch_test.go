package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/store"
)

// world is a server whose watched jobs are polled when the test says so.
type world struct {
	*testing.T
	api   *apitest.API
	ticks chan time.Time
	// ended has a value when there were no more watches.
	ended chan struct{}
}

func newWorld(t *testing.T, become func(jobs.Find) jobs.Find) *world {
	t.Helper()
	w := &world{T: t, api: apitest.New(t), ticks: make(chan time.Time), ended: make(chan struct{}, 1)}
	w.api.Service.WatchBy(w.ticks, func() { w.ended <- struct{}{} }, become)
	return w
}

func asItIs(find jobs.Find) jobs.Find { return find }

// export makes a job of a business that no process runs.
func (w *world) export(businessID int64) *store.Job {
	w.Helper()
	result, err := w.api.Service.StartExport(w.Context(), apitest.OwnerScope(businessID), jobs.ExportOptions{Format: "csv"})
	if err != nil {
		w.Fatal(err)
	}
	return result.Job
}

// watch watches an export, and reads its first state.
func (w *world) watch(ctx context.Context, job *store.Job) *jobs.Watch {
	w.Helper()
	watch, err := w.api.Service.WatchJob(ctx, apitest.OwnerScope(job.BusinessID), client.ID{Number: job.JobID})
	if err != nil {
		w.Fatal(err)
	}
	w.wantRows(watch, job.Counts.Rows)
	return watch
}

// goOn adds a row to a job's progress.
func (w *world) goOn(job *store.Job) {
	w.Helper()
	job.Counts.Rows++
	w.put(job)
}

func (w *world) put(job *store.Job) {
	w.Helper()
	scope := client.Scope{BusinessID: job.BusinessID}
	if err := w.api.Store.Write(w.Context(), scope, func(ctx context.Context, tx store.Tx) error { return tx.PutJob(ctx, *job) }); err != nil {
		w.Fatal(err)
	}
}

// wantRows reads the next state of a watch.
func (w *world) wantRows(watch *jobs.Watch, rows int64) {
	w.Helper()
	told, err := watch.Next(w.Context())
	if err != nil || told == nil || told.Counts.Rows != rows {
		w.Fatalf("told of %+v (%v), want %d rows", told, err, rows)
	}
}

func TestWatchedJobsCostOneFindABusinessAndTick(t *testing.T) {
	w := newWorld(t, asItIs)
	watched := []*store.Job{w.export(1), w.export(1), w.export(2)}
	ctx, leave := context.WithCancel(t.Context())
	const watchers, rounds = 30, 4
	var all []*jobs.Watch
	for n := range watchers {
		all = append(all, w.watch(ctx, watched[n%len(watched)]))
	}
	sent := w.api.Traffic(func() {
		for range rounds {
			for _, job := range watched {
				w.goOn(job)
			}
			w.ticks <- time.Time{}
			for n, watch := range all {
				w.wantRows(watch, watched[n%len(watched)].Counts.Rows)
			}
		}
	})
	finds := 0
	for _, command := range sent {
		if command == "find jobs" {
			finds++
		}
	}
	if finds != 2*rounds {
		t.Errorf("%d watchers of 2 businesses cause %d finds in %d ticks, want %d", watchers, finds, rounds, 2*rounds)
	}
	leave()
	<-w.ended
}

func TestSlowWatcherIsToldWhatTheJobIsNow(t *testing.T) {
	w := newWorld(t, asItIs)
	job := w.export(1)
	slow, quick := w.watch(t.Context(), job), w.watch(t.Context(), job)
	for range 5 {
		w.goOn(job)
		w.ticks <- time.Time{}
		w.wantRows(quick, job.Counts.Rows)
	}
	// All watches got a poll before the next one began, except perhaps the slow one the
	// last.
	told, err := slow.Next(t.Context())
	if err != nil || told == nil || told.Counts.Rows < 4 {
		t.Fatalf("told of %+v (%v), want 4 rows or 5", told, err)
	}
	if told.Counts.Rows == 4 {
		w.wantRows(slow, 5)
	}
	w.goOn(job)
	w.ticks <- time.Time{}
	w.wantRows(slow, 6)
}

func TestWatchEndsWithItsJobAndNobodyLooksAnyMore(t *testing.T) {
	w := newWorld(t, asItIs)
	job := w.export(1)
	watch := w.watch(t.Context(), job)
	cancelled, err := w.api.Service.CancelJob(t.Context(), apitest.OwnerScope(1), client.ID{Number: job.JobID})
	if err != nil {
		t.Fatal(err)
	}
	w.ticks <- time.Time{}
	// The watch need not be read for that.
	<-w.ended
	if told, err := watch.Next(t.Context()); err != nil || told == nil || told.State != store.JobCancelled {
		t.Errorf("told of %+v (%v), want it cancelled", told, err)
	}
	if told, err := watch.Next(t.Context()); err != nil || told != nil {
		t.Errorf("after its end told of %+v (%v)", told, err)
	}
	late := w.watch(t.Context(), cancelled.Job)
	if told, err := late.Next(t.Context()); err != nil || told != nil {
		t.Errorf("who came after its end is told of %+v (%v)", told, err)
	}
}

func TestJobIsWatchedByThoseWhoSeeIt(t *testing.T) {
	w := newWorld(t, asItIs)
	job := w.export(1)
	without := apitest.OwnerScope(1)
	without.Permissions &^= client.Export
	some := client.Scope{BusinessID: 1, User: "another", Role: client.RoleLocationSuperUser, Permissions: client.AllPermissions}
	for name, scope := range map[string]client.Scope{"without the permission": without, "of another business": apitest.OwnerScope(2), "who did not make it": some} {
		if _, err := w.api.Service.WatchJob(t.Context(), scope, client.ID{Number: job.JobID}); !client.HasCode(err, client.CodeNotFound) {
			t.Errorf("a caller %s watches: %v", name, err)
		}
	}
	// One poll serves all watches, and each gets what its caller sees.
	seen, mine := w.watch(t.Context(), job), some
	mine.User = job.Maker.User
	own, err := w.api.Service.WatchJob(t.Context(), mine, client.ID{Number: job.JobID})
	if err != nil {
		t.Fatal(err)
	}
	w.wantRows(own, 0)
	job.Maker.User = "another"
	w.goOn(job)
	w.ticks <- time.Time{}
	w.wantRows(seen, 1)
	if told, err := own.Next(t.Context()); err != nil || told != nil {
		t.Errorf("of a job that it does not see any more it is told %+v (%v)", told, err)
	}
}

func TestLookThatBeganEarlierTellsNobodyWhatWasBefore(t *testing.T) {
	looked, goOn := make(chan struct{}), make(chan struct{})
	held := true
	w := newWorld(t, func(find jobs.Find) jobs.Find {
		return func(ctx context.Context, scope client.Scope, query store.JobQuery) ([]store.Job, error) {
			found, err := find(ctx, scope, query)
			if held {
				held = false
				looked <- struct{}{}
				<-goOn
			}
			return found, err
		}
	})
	job := w.export(1)
	first := w.watch(t.Context(), job)
	w.goOn(job)
	w.ticks <- time.Time{}
	<-looked
	w.goOn(job)
	second := w.watch(t.Context(), job)
	close(goOn)
	w.wantRows(first, 1)
	w.goOn(job)
	w.ticks <- time.Time{}
	w.wantRows(first, 3)
	w.wantRows(second, 3)
}

func TestWatchersOfABusinessThatIsNotAnsweredWaitAlone(t *testing.T) {
	broken := errors.New("the shard is away")
	fails, failed := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(find jobs.Find) jobs.Find {
		return func(ctx context.Context, scope client.Scope, query store.JobQuery) ([]store.Job, error) {
			if scope.BusinessID == 2 {
				fails <- struct{}{}
				<-failed
				return nil, broken
			}
			return find(ctx, scope, query)
		}
	})
	answered, silent := w.export(1), w.export(2)
	well, ill := w.watch(t.Context(), answered), w.watch(t.Context(), silent)
	w.goOn(answered)
	w.ticks <- time.Time{}
	<-fails
	w.wantRows(well, 1)
	// No second poll begins while the first is running.
	w.goOn(answered)
	w.ticks <- time.Time{}
	w.wantRows(well, 2)
	close(failed)
	if told, err := ill.Next(t.Context()); !errors.Is(err, broken) {
		t.Errorf("told of %+v (%v), want the error", told, err)
	}
	w.goOn(answered)
	w.ticks <- time.Time{}
	w.wantRows(well, 3)
}
