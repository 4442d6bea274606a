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
	// when the process died that has it. leaseRenewal is how often a lease is renewed.
	leaseTerm    = 30 * time.Second
	leaseRenewal = 5 * time.Second
	// lookInterval is how often a process looks for jobs that others made.
	lookInterval = 2 * time.Second
	// turn is how long an import goes on while jobs of other businesses wait.
	turn = 30 * time.Second
	// runningAtOnce bounds the jobs that a process does at once, because they take time
	// from requests.
	runningAtOnce = 2
	// dueAtOnce bounds how many jobs are looked at for one to do.
	dueAtOnce = 1_000
	// maxAttempts is how often in a row a job is begun that fails on our side, or whose
	// process dies, without any progress. It is retried after firstPause at first, and
	// after lastPause in the end.
	maxAttempts = 10
	// deathAttempts is as how many attempts one counts whose process died: the job may have
	// caused that.
	deathAttempts = 4
	firstPause    = 2 * time.Second
	lastPause     = 5 * time.Minute
	// releaseTime bounds one attempt to give a lease back, and so how long a stop takes.
	// Attempts are made for releasePatience while the database is away.
	releaseTime     = 2 * time.Second
	releasePatience = 5 * time.Minute
)

// errYielded stops a job whose turn is over while other businesses wait.
var errYielded = errors.New("the job goes on when others had their turn")

// errLost stops a job that another process has taken over, or that has ended.
var errLost = errors.New("the job has ended, or another process does it")

// Options are how a Runner works. Zero values mean the defaults, which only tests change.
type Options struct {
	// Term and Renewal are the times of leases, and Look is how often to look for jobs.
	Term, Renewal, Look time.Duration
	// Turn is how long an import goes on while jobs of other businesses wait.
	Turn time.Duration
	// Progress is called while a job of that kind goes on, with how many more rows it has
	// read or written: 0 where it only repeated what an earlier attempt did.
	Progress func(kind string, rows int64)
	// Failed is called after each attempt at a job of that kind that fails on our side.
	Failed func(kind string)
	// Logger logs what fails on our side.
	Logger *slog.Logger
}

// Runner does the jobs of all businesses, one of each business at a time, beside the
// runners of other processes.
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

// Run does jobs until ctx ends, and gives back those that it is doing then.
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

// begin begins a job, and says whether it did: there may be none to do, or too many running.
func (r *Runner) begin(ctx context.Context) bool {
	select {
	case <-r.free:
	default:
		return false
	}
	claimed, err := r.claim(ctx)
	if err != nil && ctx.Err() == nil {
		r.options.Logger.WarnContext(ctx, "jobs are not begun; this is tried again", "error", err)
	}
	if claimed == nil {
		r.free <- struct{}{}
		return false
	}
	r.working.Go(func() {
		r.do(ctx, claimed)
		r.free <- struct{}{}
		// There may be another one of the business.
		r.transfers.wakeRunner()
	})
	return true
}

// claimedJob is a job whose lease this process has.
type claimedJob struct {
	store.Job
	// superseded is the part that an earlier attempt wrote its result into; empty for
	// none.
	superseded store.JobPart
}

// claim takes the lease of a job that is to be done; nil when there is none. A business
// whose jobs can't be read delays no other business.
func (r *Runner) claim(ctx context.Context) (*claimedJob, error) {
	// In the order of how long they have waited, counted from when another job of the
	// business was done last: the business that was served longest ago comes first.
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
			r.options.Logger.WarnContext(ctx, "a job is not begun; this is tried again", "job", key.JobID, "error", err)
		}
		if job != nil {
			return job, nil
		}
		passed[key.BusinessID] = busy || err != nil
	}
	return nil, nil
}

// take takes the lease of a job, or of one of its business that was begun before and whose
// lease has ended. It returns none, and busy, while another process does a job of the
// business, and none where the job has ended meanwhile.
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
			// Another process was first, or it failed and waits to be tried again.
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
		// Nobody knows whether it is ours.
		return nil, busy, err
	}
	if ended != nil {
		s.reportEnd(ended)
		err = s.dropFile(ctx, ended)
	}
	return work, busy, err
}

// turnOf is the job to do of the open jobs of a business when that one is due: one that was
// begun before it, if there is one; nil where the due one has ended. One that waits for its
// file is due to be ended, which needs no turn.
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

// started marks a job as running, with a new lease, and with a new result where it is done
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
		// The counts stay until it has come further than before: callers never see it go back.
		job.ResultBytes, job.ResultPart = 0, store.PartOf(job.Owner)
	} else if job.ResultPart == "" {
		job.ResultPart = store.JobResult
	}
}

// restarts says whether a job is done from its beginning each time that it is begun.
func restarts(job *store.Job) bool { return job.Kind == store.ExportClients || job.DryRun }

// do does a job to its end, or until its turn or its lease is over.
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
		r.options.Logger.ErrorContext(ctx, "a job failed; it is begun again", "job", job.JobID, "attempts", job.Attempts, "error", err)
	}
	r.release(ctx, &job.Job, yielded || ctx.Err() != nil)
}

// runSafely is run, with panics as errors: a file must not end the server.
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

// edit is change within a transaction. When a job or its turn ends, the other jobs of the
// business queue up behind those of other businesses.
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
