// Package jobs imports and exports clients as jobs. A job is stored in the database with
// its file and its result, and done by any process that has a place, so that no job is
// lost with a process.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

const (
	// MaxOpen bounds the jobs of a business that have not ended.
	MaxOpen = 10
	// MaxResults bounds the stored results of a business: a new one replaces the oldest.
	MaxResults = 20
	// uploadTime is how long an import waits for its file.
	uploadTime = 24 * time.Hour
)

const (
	argumentJob = "jobId"
	// optionsField is the field that a job's options are encrypted for.
	optionsField = "job.options"
)

// Transfers makes imports and exports of clients as jobs. It is safe for concurrent use.
type Transfers struct {
	*writing.Writes
	// wake has a value if there may be a job to do.
	wake    chan struct{}
	onEnd   func(kind, outcome string, took time.Duration)
	watches *watches
}

// New returns the transfers.
func New(writes *writing.Writes) *Transfers {
	s := &Transfers{Writes: writes, wake: make(chan struct{}, 1), onEnd: func(string, string, time.Duration) {}}
	s.watches = newWatches(s.find)
	return s
}

func (s *Transfers) find(ctx context.Context, scope client.Scope, query store.JobQuery) ([]store.Job, error) {
	return s.Store.Jobs(ctx, scope, query)
}

// OnJobEnd sets the function that is called for each job that this process ends, with its
// kind, its failure or else its state, and the time since it first began; 0 if it never
// did. Call it before any other method.
func (s *Transfers) OnJobEnd(ended func(kind, outcome string, took time.Duration)) {
	s.onEnd = ended
}

func (s *Transfers) reportEnd(job *store.Job) {
	outcome, took := string(job.State), time.Duration(0)
	if job.Failure != nil {
		outcome = string(*job.Failure)
	}
	if job.StartedDate != nil {
		took = job.EndedDate.Sub(*job.StartedDate)
	}
	s.onEnd(string(job.Kind), outcome, took)
}

func (s *Transfers) wakeRunner() {
	select {
	case s.wake <- struct{}{}:
	default: // default: // It is woken already.
	}
}

// Result is a job after a write.
type Result struct{ Job *store.Job }

// answer stores only the id of the result's job: when the answer is recalled, it has the
// job as it is then.
type answer struct{ result *Result }

func (a answer) Keep() (store.KeptAnswer, error) {
	return store.KeptAnswer{Rest: strconv.AppendInt(nil, a.result.Job.JobID, 10)}, nil
}

func (a answer) Recall(ctx context.Context, tx store.Tx, kept *store.KeptAnswer) error {
	id, err := strconv.ParseInt(string(kept.Rest), 10, 64)
	if err != nil {
		return fmt.Errorf("recall an answer: %w", err)
	}
	a.result.Job, err = tx.Job(ctx, id)
	return err
}

// StartExport makes a job that exports the clients that the caller sees and that match
// the filter. Errors: FORBIDDEN, INVALID_ID, TOO_MANY, and those of a report's filter.
func (s *Transfers) StartExport(ctx context.Context, scope client.Scope, options ExportOptions) (Result, error) {
	if err := reading.Permit(scope, client.Export, false); err != nil {
		return Result{}, err
	}
	if errs := slices.Concat(options.Wrong, options.Filter.Check(scope, client.Path{"input", "filter"})); errs != nil {
		return Result{}, errs
	}
	made := s.made(scope, store.ExportClients)
	made.State, made.Until, made.Format = store.JobQueued, s.dueNow(), string(options.Format)
	return s.insert(ctx, scope, made, options.kept())
}

// StartImport makes a job that imports a file, which must be uploaded to it. Errors:
// FORBIDDEN, also for roles that do not see all clients, TOO_MANY, REQUIRED, TOO_LONG,
// INVALID_CHOICE.
func (s *Transfers) StartImport(ctx context.Context, scope client.Scope, options ImportOptions) (Result, error) {
	if err := reading.Permit(scope, client.Import, false); err != nil {
		return Result{}, err
	}
	if !scope.MaySeeAll() {
		return Result{}, &client.Error{Code: client.CodeForbidden, Message: "only roles that see all clients may import"}
	}
	if errs := options.check(); errs != nil {
		return Result{}, errs
	}
	made := s.made(scope, store.ImportClients)
	made.State, made.DryRun = store.JobWaiting, options.DryRun
	made.Until = made.CreatedDate.Add(uploadTime)
	return s.insert(ctx, scope, made, options)
}

func (s *Transfers) made(scope client.Scope, kind store.JobKind) store.Job {
	return store.Job{
		BusinessID: scope.BusinessID, Kind: kind, CreatedDate: s.Instant(),
		Maker: store.JobMaker{User: scope.User, Role: scope.Role, Permissions: scope.Permissions, Rows: scope.Rows, RequestID: scope.RequestID},
	}
}

func (s *Transfers) insert(ctx context.Context, scope client.Scope, made store.Job, options any) (Result, error) {
	result, err := s.tryInsert(ctx, scope, made, options)
	if errors.Is(err, store.ErrIDTaken) {
		result, err = s.tryInsert(ctx, scope, made, options)
	}
	if err == nil {
		s.wakeRunner()
	}
	return result, err
}

func (s *Transfers) tryInsert(ctx context.Context, scope client.Scope, made store.Job, options any) (Result, error) {
	var err error
	if made.JobID, err = s.Store.NextJobID(ctx); err != nil {
		return Result{}, fmt.Errorf("take a job id: %w", err)
	}
	if made.Options, err = s.seal(made.Key(), options); err != nil {
		return Result{}, err
	}
	result := Result{Job: &made}
	var oldest []store.Job
	err = s.Write(ctx, scope, answer{&result}, func(ctx context.Context, tx store.Tx) error {
		result.Job, oldest = &made, nil
		open, err := tx.OpenJobs(ctx)
		if err != nil {
			return err
		}
		if len(open) >= MaxOpen {
			return client.Path{"input"}.At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a business has at most %d jobs that have not ended: wait for one, or cancel it", MaxOpen)})
		}
		if oldest, err = giveUpResults(ctx, tx); err != nil {
			return err
		}
		return tx.InsertJob(ctx, made)
	})
	if err != nil {
		return Result{}, err
	}
	for i := range oldest {
		// If this fails, the rest expires.
		_ = s.Store.DropJobPart(ctx, scope, oldest[i].JobID, oldest[i].ResultPart)
	}
	return result, nil
}

// giveUpResults makes room for the result of a job, and returns the jobs whose results
// must be deleted.
func giveUpResults(ctx context.Context, tx store.Tx) ([]store.Job, error) {
	kept, err := tx.KeptResults(ctx)
	if err != nil || len(kept) < MaxResults {
		return nil, err
	}
	oldest := kept[:len(kept)-MaxResults+1]
	for _, job := range oldest {
		job.ResultKept = false
		if err := tx.PutJob(ctx, job); err != nil {
			return nil, err
		}
	}
	return oldest, nil
}

// CancelJob ends a job. Clients that it imported stay. A job that has ended is not
// changed. Errors: NOT_FOUND, INVALID_ID.
func (s *Transfers) CancelJob(ctx context.Context, scope client.Scope, id client.ID) (Result, error) {
	kinds := kindsOf(scope)
	var result Result
	cancelled := false
	err := s.Write(ctx, scope, answer{&result}, func(ctx context.Context, tx store.Tx) error {
		result, cancelled = Result{}, false
		if wrong := id.Wrong(client.Path{argumentJob}); wrong != nil {
			return wrong
		}
		job, err := tx.Job(ctx, id.As(client.TypeJob))
		if err != nil {
			return err
		}
		if job == nil || !sees(scope, kinds, job) {
			return unseen()
		}
		result.Job = job
		if job.State.Ended() {
			return nil
		}
		s.end(job, store.JobCancelled, nil)
		cancelled = true
		return tx.PutJob(ctx, *job)
	})
	if err != nil {
		return Result{}, err
	}
	if cancelled {
		s.reportEnd(result.Job)
	}
	// A recalled answer is given only to a caller who still sees the job.
	if result.Job == nil || !sees(scope, kinds, result.Job) {
		return Result{}, client.Errors{unseen()}
	}
	return result, s.dropFile(ctx, result.Job)
}

func unseen() *client.Error {
	return client.Path{argumentJob}.At(&client.Error{Code: client.CodeNotFound, Message: "you see no job with this id"})
}

// end ends a job.
func (s *Transfers) end(job *store.Job, state store.JobState, failure *store.JobFailure) {
	job.State, job.Failure, job.Options, job.Owner = state, failure, nil, ""
	job.EndedDate = new(s.Instant())
}

// dropFile deletes what an ended job no longer needs: the file of an import, and an
// incomplete export. If it fails, the rest expires.
func (s *Transfers) dropFile(ctx context.Context, job *store.Job) error {
	partial := job.Kind == store.ExportClients && job.State != store.JobDone && job.ResultKept
	if !job.State.Ended() || !job.FileKept && !partial {
		return nil
	}
	scope := client.Scope{BusinessID: job.BusinessID}
	if partial {
		if err := s.Store.DropJobPart(ctx, scope, job.JobID, job.ResultPart); err != nil {
			return err
		}
	}
	if job.FileKept {
		if err := s.Store.DropJobPart(ctx, scope, job.JobID, store.JobFile); err != nil {
			return err
		}
	}
	job.FileKept, job.ResultKept = false, job.ResultKept && !partial
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		now, err := tx.Job(ctx, job.JobID)
		if err != nil || now == nil {
			return err
		}
		now.FileKept, now.ResultKept = false, now.ResultKept && !partial
		return tx.PutJob(ctx, *now)
	})
}

func allKinds() []store.JobKind { return []store.JobKind{store.ImportClients, store.ExportClients} }

// kindsOf returns the kinds of jobs that the caller has the permission for, maybe none:
// then it sees no job.
func kindsOf(scope client.Scope) []store.JobKind {
	var kinds []store.JobKind
	for _, kind := range allKinds() {
		if reading.Permit(scope, kind.Permission(), false) == nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// sees says whether the caller sees a job: it must have the permission for its kind and,
// unless it sees all clients, have made it.
func sees(scope client.Scope, kinds []store.JobKind, job *store.Job) bool {
	return slices.Contains(kinds, job.Kind) && (scope.MaySeeAll() || job.Maker.User == scope.User)
}

// seesResult says whether the caller sees all rows that the maker of the job saw.
func seesResult(scope client.Scope, job *store.Job) bool {
	if scope.MaySeeAll() {
		return true
	}
	if job.Maker.Rows.All {
		return false
	}
	for _, key := range job.Maker.Rows.VisibilityKeys {
		if !slices.Contains(scope.Rows.VisibilityKeys, key) {
			return false
		}
	}
	return true
}
