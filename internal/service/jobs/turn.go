package jobs

import (
	"context"
	"time"

	"clientgraph/internal/store"
)

// openings is how many times as long as it took to open its file a turn of an import is,
// at least: whoever goes on with it opens the file again.
const openings = 4

// dueNow is a moment that has just passed: a job that waits since then is due.
func (s *Transfers) dueNow() time.Time { return s.Instant().Add(-time.Millisecond) }

// lineUp has the queued jobs of a business wait as if they were new, so that others come
// first who have waited for longer than since now.
func (r *Runner) lineUp(ctx context.Context, tx store.Tx) error {
	open, err := tx.OpenJobs(ctx)
	if err != nil {
		return err
	}
	for _, job := range open {
		if job.State != store.JobQueued {
			continue
		}
		job.Until = r.transfers.dueNow()
		if err := tx.PutJob(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// importTurn is for how long an import has had one of the places of the process.
type importTurn struct {
	runner *Runner
	job    *store.Job
	// taken is since when it has the place, and until is when to look whether others
	// wait for it.
	taken, until time.Time
}

func (r *Runner) newTurn(job *store.Job) *importTurn {
	return &importTurn{runner: r, job: job, taken: time.Now()}
}

// begin begins the turn proper, when the file is open.
func (t *importTurn) begin() {
	now := time.Now()
	t.until = now.Add(max(t.runner.options.Turn, openings*now.Sub(t.taken)))
}

// over says, after each transaction, whether to let others have the place: they wait, and
// the turn is over. An import that does not go on where it was has no turns.
func (t *importTurn) over(ctx context.Context) bool {
	now := time.Now()
	if anew(t.job) || now.Before(t.until) || len(t.runner.free) > 0 {
		return false
	}
	t.until = now.Add(min(t.runner.options.Look, t.runner.options.Turn))
	return t.runner.othersWait(ctx, t.job.BusinessID)
}

// othersWait says whether another business has a job that nobody keeps from being done
// but for want of a place.
func (r *Runner) othersWait(ctx context.Context, businessID int64) bool {
	now := r.transfers.Now()
	due, err := r.transfers.Store.DueJobs(ctx, now, dueAtOnce)
	if err != nil || len(due) == 0 {
		return false // It goes on, and meets what is wrong itself.
	}
	// All leases end within a term, so that those who have one are due by then.
	soon, err := r.transfers.Store.DueJobs(ctx, now.Add(r.options.Term+r.options.Renewal), 2*dueAtOnce)
	if err != nil {
		return false
	}
	waits := make(map[store.JobKey]bool, len(due))
	for _, key := range due {
		waits[key] = true
	}
	busy := map[int64]bool{businessID: true}
	for _, key := range soon {
		busy[key.BusinessID] = busy[key.BusinessID] || !waits[key]
	}
	for _, key := range due {
		if !busy[key.BusinessID] {
			return true
		}
	}
	return false
}
