package jobs

import (
	"context"
	"time"

	"clientgraph/internal/store"
)

// openings is the least length of an import's turn, in multiples of the time to open its
// file: each turn opens the file again.
const openings = 4

// dueNow is a time just past: a job with this Until is due.
func (s *Transfers) dueNow() time.Time { return s.Instant().Add(-time.Millisecond) }

// requeue moves the queued jobs of a business behind the waiting jobs of other
// businesses, as if they were new.
func (r *Runner) requeue(ctx context.Context, tx store.Tx) error {
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

// importTurn is the time for which an import may use a place of the process while other
// businesses wait.
type importTurn struct {
	runner *Runner
	job    *store.Job
	// taken is when the import took the place; until is when to check next whether others
	// wait.
	taken, until time.Time
}

func (r *Runner) newTurn(job *store.Job) *importTurn {
	return &importTurn{runner: r, job: job, taken: time.Now()}
}

// begin starts the time of the turn, after the file was opened.
func (t *importTurn) begin() {
	now := time.Now()
	t.until = now.Add(max(t.runner.options.Turn, openings*now.Sub(t.taken)))
}

// over is called after each transaction. It says whether to give the place up: the turn
// is over and others wait. An import that would restart from its beginning has no turns.
func (t *importTurn) over(ctx context.Context) bool {
	now := time.Now()
	if restarts(t.job) || now.Before(t.until) || len(t.runner.free) > 0 {
		return false
	}
	t.until = now.Add(min(t.runner.options.Look, t.runner.options.Turn))
	return t.runner.othersWait(ctx, t.job.BusinessID)
}

// othersWait says whether a job of another business waits only for a place.
func (r *Runner) othersWait(ctx context.Context, businessID int64) bool {
	now := r.transfers.Now()
	due, err := r.transfers.Store.DueJobs(ctx, now, dueAtOnce)
	if err != nil || len(due) == 0 {
		return false // return false // The import continues; if the database can't be reached, its next write fails.
	}
	// All leases end within a term, so that leased jobs are due by then.
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
