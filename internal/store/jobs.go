package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

const (
	// JobKept is how long a job is kept.
	JobKept = 90 * 24 * time.Hour
	// JobFilesKept is how long the file and the result of a job are kept.
	JobFilesKept = 7 * 24 * time.Hour
)

// JobKind is what a job does.
type JobKind string

// The kinds.
const (
	ImportClients JobKind = "IMPORT_CLIENTS"
	ExportClients JobKind = "EXPORT_CLIENTS"
)

// Permission is the permission that a caller needs for jobs of the kind.
func (k JobKind) Permission() client.Permissions {
	if k == ImportClients {
		return client.Import
	}
	return client.Export
}

// JobState is the state of a job.
type JobState string

// The states. In JobWaiting an import waits for the rest of its file. In the last three
// the job has ended.
const (
	JobWaiting   JobState = "WAITING"
	JobQueued    JobState = "QUEUED"
	JobRunning   JobState = "RUNNING"
	JobDone      JobState = "DONE"
	JobFailed    JobState = "FAILED"
	JobCancelled JobState = "CANCELLED"
)

// Ended says whether a job in this state has ended.
func (s JobState) Ended() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// JobFailure is why a job failed.
type JobFailure string

// The reasons.
const (
	// JobForbidden: the job's creator no longer has the permission.
	JobForbidden JobFailure = "FORBIDDEN"
	// JobFileRefused: the file can't be imported. The result says why.
	JobFileRefused JobFailure = "FILE_REFUSED"
	// JobNotUploaded: the file did not arrive in time.
	JobNotUploaded JobFailure = "NOT_UPLOADED"
	// JobErasure: a client was erased that the file may have.
	JobErasure JobFailure = "CLIENT_ERASED"
	// JobInvalid: the filter of the export has become invalid.
	JobInvalid JobFailure = "INVALID_FILTER"
	// JobInternal: the server failed several times in a row.
	JobInternal JobFailure = "INTERNAL"
)

// JobMaker is the caller who created a job. The job has the caller's permissions and sees
// the same clients.
type JobMaker struct {
	User        string
	Role        client.Role
	Permissions client.Permissions
	Rows        client.Rows
	RequestID   string
}

// JobCounts are the numbers of rows that an import has read, by what was done with them.
// For an export, Rows is the number of rows written.
type JobCounts struct{ Rows, Created, Changed, Unchanged, Failed int64 }

// Job is an import or an export of clients. It has no data of clients, except in Options.
type Job struct {
	JobID, BusinessID int64
	Kind              JobKind
	State             JobState
	Failure           *JobFailure
	Maker             JobMaker `json:"-"`
	DryRun            bool
	// Options are the other options of the job, encrypted; nil after its end.
	Options []byte `json:"-"`
	// Format is the format of an export's result.
	Format string
	Counts JobCounts
	// Total is the number of rows that are not empty; nil while it is not known.
	Total *int64
	// ImportedBefore says that the file had been imported before, so it was not imported.
	ImportedBefore bool

	CreatedDate            time.Time
	StartedDate, EndedDate *time.Time

	// FileBytes is how many bytes of the file have arrived. ResultBytes is the size of the
	// result in bytes.
	FileBytes, ResultBytes int64
	// FileChunks is the number of chunks that the file arrived in.
	FileChunks int64
	// ResultPart is the part with the result. A job that is started again gets a new part,
	// because a process that has lost the lease may still write to the old one.
	ResultPart JobPart `json:"-"`
	// FileKept and ResultKept say whether the file and the result are still stored. Erased
	// says that they were deleted because of an erasure.
	FileKept, ResultKept, Erased bool

	// Owner is the process that has the job's lease, which ends at Until. For a job that
	// waits for its file, Until is when it is given up; for a queued job, since when it
	// waits. Attempts counts the starts of the job since it last made progress.
	Owner    string    `json:"-"`
	Until    time.Time `json:"-"`
	Attempts int64     `json:"-"`
}

// Key returns the key of the job.
func (j *Job) Key() JobKey { return JobKey{j.BusinessID, j.JobID} }

// JobKey identifies a job.
type JobKey struct{ BusinessID, JobID int64 }

// JobPart is one of the two files that a job may have.
type JobPart string

// The parts.
const (
	JobFile   JobPart = "file"
	JobResult JobPart = "result"
)

// PartOf returns the part for the result of a job that this owner starts.
func PartOf(owner string) JobPart { return JobResult + "." + JobPart(owner) }

// MaxJobChunk is the largest size of a chunk in bytes.
const MaxJobChunk = 255 << 10

// JobQuery finds the first Limit jobs of these kinds with ids below Before (0 for no
// bound), the latest first.
type JobQuery struct {
	Before, Limit int64
	Kinds         []JobKind
	// User, if not empty, is the creator of the jobs.
	User string
	// IDs, if not nil, are the only jobs to find.
	IDs []int64
}

// JobStore is the part of Store that reads jobs.
type JobStore interface {
	// Job finds a job of the scope's business; nil if there is none.
	Job(ctx context.Context, scope client.Scope, jobID int64) (*Job, error)
	// Jobs finds jobs of the scope's business.
	Jobs(ctx context.Context, scope client.Scope, query JobQuery) ([]Job, error)
	// NextJobID returns a new id.
	NextJobID(ctx context.Context) (int64, error)
	// JobChunk finds the chunk of a part that begins at that byte; nil if there is none.
	JobChunk(ctx context.Context, scope client.Scope, jobID int64, part JobPart, at int64) ([]byte, error)
	// DropJobPart deletes all chunks of a part.
	DropJobPart(ctx context.Context, scope client.Scope, jobID int64, part JobPart) error
	// DueJobs finds jobs of all businesses whose Until has passed, the earliest first: queued
	// jobs, running jobs whose lease has ended, and jobs whose file did not arrive in time.
	DueJobs(ctx context.Context, now time.Time, limit int64) ([]JobKey, error)
	// RenewJobLease extends the lease of a job. It returns false if the owner no longer has
	// it.
	RenewJobLease(ctx context.Context, owner string, key JobKey, until time.Time) (bool, error)
}

// JobTx is the part of Tx that writes jobs. If two transactions write one job at the same
// time, the second runs again.
type JobTx interface {
	// OpenJobs finds the jobs of the scope's business that have not ended, ordered by id.
	// Other transactions that call it wait until this one ends.
	OpenJobs(ctx context.Context) ([]Job, error)
	// KeptResults finds the jobs of the scope's business that have ended and have a result,
	// ordered by id.
	KeptResults(ctx context.Context) ([]Job, error)
	// Job finds a job of the scope's business; nil if there is none.
	Job(ctx context.Context, jobID int64) (*Job, error)
	// InsertJob inserts a job. Error: ErrIDTaken if its id is in use.
	InsertJob(ctx context.Context, job Job) error
	// PutJob replaces the job that Job found.
	PutJob(ctx context.Context, job Job) error
	// AddJobChunk inserts a chunk of a part, which begins at that byte.
	AddJobChunk(ctx context.Context, jobID int64, part JobPart, at int64, data []byte, date time.Time) error
}
