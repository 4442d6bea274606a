package jobs

import (
	"context"
	"errors"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// renewLease renews the lease of a job until ctx ends, or another process has the lease.
func (r *Runner) renewLease(ctx context.Context, job *store.Job) {
	ticker := time.NewTicker(r.options.Renewal)
	defer ticker.Stop()
	renewed := r.transfers.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := r.transfers.Now()
		ours, err := r.transfers.Store.RenewJobLease(ctx, job.Owner, job.Key(), now.Add(r.options.Term))
		switch {
		case err == nil && !ours:
			return
		case err == nil:
			renewed = now
		case now.Sub(renewed) > r.options.Term:
			// Another process may have it by now.
			return
		}
	}
}

// release gives the lease of a job back. The job can be taken at once if it was stopped,
// and after a pause if it failed. What made the job fail, such as an unreachable
// database, may make this fail too. It is tried again then, so that the job does not wait
// for the lease to end, and is not counted as one whose process died.
func (r *Runner) release(ctx context.Context, job *store.Job, stopped bool) {
	for end := time.Now().Add(releasePatience); ; {
		err := r.tryRelease(ctx, job, stopped)
		switch {
		case err == nil:
			return
		case errors.Is(err, errLost):
			r.dropFile(ctx, job)
			return
		case ctx.Err() != nil || time.Now().After(end):
			r.options.Logger.WarnContext(ctx, "the lease of a job was not given back; the job waits for its end", "job", job.JobID, "error", err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(r.options.Look):
		}
	}
}

func (r *Runner) tryRelease(ctx context.Context, job *store.Job, stopped bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	return r.change(ctx, job, func(_ context.Context, _ store.Tx, now *store.Job) error {
		now.Owner, now.Until = "", r.transfers.dueNow()
		if stopped {
			now.Attempts--
			return nil
		}
		pause := min(firstPause<<min(now.Attempts, maxAttempts), lastPause)
		now.Until = r.transfers.Instant().Add(pause)
		return nil
	})
}

// dropFile deletes the file of a job that has ended although its last transaction seemed
// to fail: only the answer to the commit was lost.
func (r *Runner) dropFile(ctx context.Context, job *store.Job) {
	now, err := r.transfers.Store.Job(ctx, client.Scope{BusinessID: job.BusinessID}, job.JobID)
	if err == nil && now != nil {
		err = r.transfers.dropFile(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		r.options.Logger.WarnContext(ctx, "the file of a job was not deleted; it will expire", "job", job.JobID, "error", err)
	}
}
