package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

const (
	// leaseTerm is how long the lease of a job lasts, and so how long its business waits
	// if the process with the lease dies. leaseRenewal is how often a lease is renewed.
	leaseTerm    = 30 * time.Second
	leaseRenewal = 5 * time.Second
	// lookInterval is how often a process looks for jobs made by other processes.
	lookInterval = 2 * time.Second
	// turn is how long an import runs while jobs of other businesses wait.
	turn = 30 * time.Second
	// runningAtOnce bounds the jobs that a process runs at once, because they slow
	// requests down.
	runningAtOnce = 2
	// dueAtOnce bounds the due jobs that are read to find one to do.
	dueAtOnce = 1_000
	// maxAttempts is how often in a row a job is tried that fails internally or whose
	// process dies, without progress. The first retry is after firstPause, the last after
	// lastPause.
	maxAttempts = 10
	// deathAttempts is the number of attempts that count for a process that died: the job
	// may be the cause.
	deathAttempts = 4
	firstPause    = 2 * time.Second
	lastPause     = 5 * time.Minute
	// releaseTime bounds one attempt to give a lease back, and so how long a stop takes.
	// While the database can't be reached, attempts continue for releasePatience.
	releaseTime     = 2 * time.Second
	releasePatience = 5 * time.Minute
)

// errYielded stops a job whose turn is over while other businesses wait.
var errYielded = errors.New("the job continues after the jobs of other businesses had their turn")

// errLost stops a job that has ended, or that another process has taken.
var errLost = errors.New("the job has ended, or another process has taken it")

// Options configure a Runner. Zero values mean the defaults; only tests set others.
type Options struct {
	// Term and Renewal are the times of leases; Look is how often to look for jobs.
	Term, Renewal, Look time.Duration
	// Turn is how long an import runs while jobs of other businesses wait.
	Turn time.Duration
	// Progress is called while a job of that kind runs, with the number of further rows
	// read or written: 0 for rows that only repeat an earlier attempt.
	Progress func(kind string, rows int64)
	// Failed is called after each attempt at a job of that kind that failed internally.
	Failed func(kind string)
	// Logger logs internal failures.
	Logger *slog.Logger
}

// Runner does the jobs of all businesses, one of each business at a time, together with
// the runners of other processes.
type Runner struct {
	transfers *Transfers
	options   Options
	working   sync.WaitGroup
	// free has an element for each further job that may run.
	free chan struct{}
}

// NewJobRunner returns a runner, which does jobs while Run runs.
func (s *Transfers) NewJobRunner(options Options) *Runner {
	if options.Term == 0 {
		options.Term, options.Renewal = leaseTerm, leaseRenewal
	}
	if options.Look == 0 {
		options.Look = lookInterval
	}
	if options.Turn == 0 {
		options.Turn = turn
	}
	if options.Progress == nil {
		options.Progress = func(string, int64) {}
	}
	if options.Failed == nil {
		options.Failed = func(string) {}
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Runner{transfers: s, options: options, free: make(chan struct{}, runningAtOnce)}
	for range runningAtOnce {
		r.free <- struct{}{}
	}
	return r
}

// Run does jobs until ctx ends, and then gives back those that are running.
func (r *Runner) Run(ctx context.Context) {
	defer r.working.Wait()
	ticker := time.NewTicker(r.options.Look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.transfers.wake:
		}
		for r.begin(ctx) {
			continue
		}
	}
}

// begin begins a job. It returns false if there is none to do, or if too many are
// running.
func (r *Runner) begin(ctx context.Context) bool {
	select {
	case <-r.free:
	default:
		return false
	}
	claimed, err := r.claim(ctx)
	if err != nil && ctx.Err() == nil {
		r.options.Logger.WarnContext(ctx, "jobs can't be begun; will try again", "error", err)
	}
	if claimed == nil {
		r.free <- struct{}{}
		return false
	}
	r.working.Go(func() {
		r.do(ctx, claimed)
		r.free <- struct{}{}
		// The business may have another job.
		r.transfers.wakeRunner()
	})
	return true
}

// claimedJob is a job whose lease this process has.
type claimedJob struct {
	store.Job
	// superseded is the part with the result of an earlier attempt; empty for none.
	superseded store.JobPart
}

// claim takes the lease of a job that is due; nil if there is none. A business whose jobs
// can't be read does not delay others.
func (r *Runner) claim(ctx context.Context) (*claimedJob, error) {
	// The longest waiting first, counted from when a job of the business was last done.
	due, err := r.transfers.Store.DueJobs(ctx, r.transfers.Now(), dueAtOnce)
	if err != nil {
		return nil, err
	}
	passed := map[int64]bool{}
	for _, key := range due {
		if passed[key.BusinessID] {
			continue
		}
		job, busy, err := r.take(ctx, key)
		if ctx.Err() != nil {
			return job, ctx.Err()
		}
		if err != nil {
			r.options.Logger.WarnContext(ctx, "a job can't be begun; will try again", "job", key.JobID, "error", err)
		}
		if job != nil {
			return job, nil
		}
		passed[key.BusinessID] = busy || err != nil
	}
	return nil, nil
}

// take takes the lease of a job, or of an earlier one of its business whose lease has
// ended. busy is set if another process does a job of the business. There is no work if
// the job has ended meanwhile.
func (r *Runner) take(ctx context.Context, key store.JobKey) (work *claimedJob, busy bool, err error) {
	s := r.transfers
	var ended *store.Job
	err = s.Store.Write(ctx, client.Scope{BusinessID: key.BusinessID}, func(ctx context.Context, tx store.Tx) error {
		work, ended, busy = nil, nil, false
		open, err := tx.OpenJobs(ctx)
		if err != nil {
			return err
		}
		job := turnOf(open, key.JobID)
		switch {
		case job == nil:
			return nil
		case !job.Until.Before(s.Now()):
			// Another process was first, or the job failed and waits for its next
			// attempt.
			busy = job.State == store.JobRunning
			return nil
		case job.State == store.JobWaiting:
			s.end(job, store.JobFailed, new(store.JobNotUploaded))
			ended = job
		case job.Attempts >= maxAttempts:
			s.end(job, store.JobFailed, new(store.JobInternal))
			ended = job
		default:
			work = &claimedJob{Job: *job}
			r.started(work)
			job = &work.Job
		}
		return tx.PutJob(ctx, *job)
	})
	if err != nil {
		// The commit's result is unknown, so the lease may be ours or not.
		return nil, busy, err
	}
	if ended != nil {
		s.reportEnd(ended)
		err = s.dropFile(ctx, ended)
	}
	return work, busy, err
}

// turnOf returns the job to do when a business's job is due: the running one, if there is
// one; nil if the due one has ended. A job that waits for its file is due to be ended,
// which needs no turn.
func turnOf(open []store.Job, jobID int64) *store.Job {
	var named, begun *store.Job
	for i := range open {
		if open[i].JobID == jobID {
			named = &open[i]
		}
		if open[i].State == store.JobRunning {
			begun = &open[i]
		}
	}
	if named == nil || named.State == store.JobWaiting || begun == nil {
		return named
	}
	return begun
}

// started marks a job as running with a new lease, and with a new result if it starts
// from its beginning.
func (r *Runner) started(job *claimedJob) {
	now := r.transfers.Instant()
	job.Attempts++
	if job.State == store.JobRunning && job.Owner != "" {
		job.Attempts += deathAttempts - 1
	}
	job.State, job.Owner, job.Until = store.JobRunning, rand.Text(), now.Add(r.options.Term)
	if job.StartedDate == nil {
		job.StartedDate = &now
	}
	if restarts(&job.Job) {
		job.superseded = job.ResultPart
		// The counts stay until this attempt exceeds them, so that callers never see them
		// decrease.
		job.ResultBytes, job.ResultPart = 0, store.PartOf(job.Owner)
	} else if job.ResultPart == "" {
		job.ResultPart = store.JobResult
	}
}

// restarts says whether each attempt of a job starts from its beginning.
func restarts(job *store.Job) bool { return job.Kind == store.ExportClients || job.DryRun }

// do does a job until it ends, or its turn or its lease is over.
func (r *Runner) do(ctx context.Context, job *claimedJob) {
	doing, cancelBy := context.WithCancelCause(ctx)
	cancel := func() { cancelBy(context.Canceled) }
	held := make(chan struct{})
	go func() {
		defer close(held)
		defer cancel()
		r.renewLease(doing, &job.Job)
	}()
	err := r.runSafely(doing, job, func() { cancelBy(errYielded) })
	yielded := errors.Is(context.Cause(doing), errYielded)
	cancel()
	<-held
	if err == nil || errors.Is(err, errLost) {
		return
	}
	if !yielded && !errors.Is(err, context.Canceled) {
		r.options.Failed(string(job.Kind))
		r.options.Logger.ErrorContext(ctx, "a job failed; it will be tried again", "job", job.JobID, "attempts", job.Attempts, "error", err)
	}
	r.release(ctx, &job.Job, yielded || ctx.Err() != nil)
}

// runSafely is run, with panics as errors: a file must not crash the server.
func (r *Runner) runSafely(ctx context.Context, job *claimedJob, yield func()) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", cause, debug.Stack())
		}
	}()
	return r.run(ctx, job, yield)
}

// change edits a job whose lease this process still has. Error: errLost.
func (r *Runner) change(ctx context.Context, job *store.Job, edit func(context.Context, store.Tx, *store.Job) error) error {
	return r.transfers.Store.Write(ctx, client.Scope{BusinessID: job.BusinessID}, func(ctx context.Context, tx store.Tx) error {
		return r.edit(ctx, tx, job, edit)
	})
}

// edit is change in a transaction. When a job or its turn ends, the business's other jobs
// queue up behind those of other businesses.
func (r *Runner) edit(ctx context.Context, tx store.Tx, job *store.Job, edit func(context.Context, store.Tx, *store.Job) error) error {
	now, err := tx.Job(ctx, job.JobID)
	if err != nil {
		return err
	}
	if now == nil || now.State != store.JobRunning || now.Owner != job.Owner {
		return errLost
	}
	if err := edit(ctx, tx, now); err != nil {
		return err
	}
	if err := tx.PutJob(ctx, *now); err != nil || now.Owner != "" {
		return err
	}
	return r.requeue(ctx, tx)
}
