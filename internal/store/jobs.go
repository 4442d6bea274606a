package store

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

const (
	// JobKept is for how long a job is kept.
	JobKept = 90 * 24 * time.Hour
	// JobFilesKept is for how long the file and the result of a job are kept.
	JobFilesKept = 7 * 24 * time.Hour
)

// JobKind is what a job does.
type JobKind string

// The kinds.
const (
	ImportClients JobKind = "IMPORT_CLIENTS"
	ExportClients JobKind = "EXPORT_CLIENTS"
)

// Permission is what a caller needs for jobs of the kind.
func (k JobKind) Permission() client.Permissions {
	if k == ImportClients {
		return client.Import
	}
	return client.Export
}

// JobState is how far a job has come.
type JobState string

// The states. JobWaiting is an import whose file is not whole yet; the last three are
// ends.
const (
	JobWaiting   JobState = "WAITING"
	JobQueued    JobState = "QUEUED"
	JobRunning   JobState = "RUNNING"
	JobDone      JobState = "DONE"
	JobFailed    JobState = "FAILED"
	JobCancelled JobState = "CANCELLED"
)

// Ended says whether the state is an end.
func (s JobState) Ended() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// JobFailure is why a job failed.
type JobFailure string

// The reasons.
const (
	// JobForbidden is a job whose maker has lost the permission.
	JobForbidden JobFailure = "FORBIDDEN"
	// JobFileRefused is an import whose file can't be imported; its result says why.
	JobFileRefused JobFailure = "FILE_REFUSED"
	// JobNotUploaded is an import whose file did not arrive in time.
	JobNotUploaded JobFailure = "NOT_UPLOADED"
	// JobErasure is a job with a file that an erased client may be in.
	JobErasure JobFailure = "CLIENT_ERASED"
	// JobInvalid is an export whose filter has become invalid.
	JobInvalid JobFailure = "INVALID_FILTER"
	// JobInternal is a job that failed on our side, time after time.
	JobInternal JobFailure = "INTERNAL"
)

// JobMaker is who made a job. It is done with these permissions, in these rows.
type JobMaker struct {
	User        string
	Role        client.Role
	Permissions client.Permissions
	Rows        client.Rows
	RequestID   string
}

// JobCounts are how many rows of a file were read, and what became of them. Of an
// export, Rows are those that were written.
type JobCounts struct{ Rows, Created, Changed, Unchanged, Failed int64 }

// Job is an import or an export of clients. It holds no values of clients, but for those that
// Options may have.
type Job struct {
	JobID, BusinessID int64
	Kind              JobKind
	State             JobState
	Failure           *JobFailure
	Maker             JobMaker `json:"-"`
	DryRun            bool
	// Options are the other options of the job, encrypted; nil after its end.
	Options []byte `json:"-"`
	// Format is of the result of an export.
	Format string
	Counts JobCounts
	// Total is how many rows the file has that are not empty; nil until that is known.
	Total *int64
	// ImportedBefore says that the file had been imported before, and was not again.
	ImportedBefore bool

	CreatedDate            time.Time
	StartedDate, EndedDate *time.Time

	// FileBytes is how much of the file has arrived, ResultBytes how long the result is.
	FileBytes, ResultBytes int64
	// FileChunks is in how many chunks the file arrived.
	FileChunks int64
	// ResultPart is the part that has the result. Each time that a job is done from its
	// beginning it gets a new one, so that nothing is mixed with what a process still
	// writes that has lost the lease.
	ResultPart JobPart `json:"-"`
	// FileKept and ResultKept say whether they are stored still. Erased says that they
	// were removed because of an erasure.
	FileKept, ResultKept, Erased bool

	// Owner names the lease of the process that does the job, which ends at Until. Attempts
	// counts how often the job was begun since it last made progress. Until is, for a job
	// that waits for its file, when it is given up, and for a queued one since when it waits.
	Owner    string    `json:"-"`
	Until    time.Time `json:"-"`
	Attempts int64     `json:"-"`
}

// Key names the job.
func (j *Job) Key() JobKey { return JobKey{j.BusinessID, j.JobID} }

// JobKey names a job.
type JobKey struct{ BusinessID, JobID int64 }

// JobPart is one of the two files that a job may have.
type JobPart string

// The parts.
const (
	JobFile   JobPart = "file"
	JobResult JobPart = "result"
)

// PartOf is the part for the result of a job that an owner does from its beginning.
func PartOf(owner string) JobPart { return JobResult + "." + JobPart(owner) }

// MaxJobChunk bounds the bytes of one chunk of a part.
const MaxJobChunk = 255 << 10

// JobQuery asks for jobs, latest first: of those below an id, unless it is 0, the first
// ones, of those kinds.
type JobQuery struct {
	Before, Limit int64
	Kinds         []JobKind
	// User, unless empty, is who made them.
	User string
	// IDs, unless nil, are the only ones.
	IDs []int64
}

// JobStore is what a Store does about jobs.
type JobStore interface {
	// Job finds a job of the scope's business; nil when there is none of that id.
	Job(ctx context.Context, scope client.Scope, jobID int64) (*Job, error)
	// Jobs finds jobs of the scope's business.
	Jobs(ctx context.Context, scope client.Scope, query JobQuery) ([]Job, error)
	// NextJobID returns a new id.
	NextJobID(ctx context.Context) (int64, error)
	// JobChunk finds the chunk of a part that begins at that byte; nil when there is
	// none.
	JobChunk(ctx context.Context, scope client.Scope, jobID int64, part JobPart, at int64) ([]byte, error)
	// DropJobPart deletes all chunks of a part.
	DropJobPart(ctx context.Context, scope client.Scope, jobID int64, part JobPart) error
	// DueJobs finds jobs of all businesses whose Until has passed: queued ones, running
	// ones whose lease has ended, and those whose file did not arrive in time. Those with
	// the earliest Until come first.
	DueJobs(ctx context.Context, now time.Time, limit int64) ([]JobKey, error)
	// RenewJobLease prolongs the lease of a job, and says whether that owner still has it.
	RenewJobLease(ctx context.Context, owner string, key JobKey, until time.Time) (bool, error)
}

// JobTx is the part of Tx by which jobs are written. Of two transactions that write
// one job at once, the second runs again.
type JobTx interface {
	// OpenJobs finds the jobs of the scope's business that have not ended, by id. Other
	// callers of it wait for the end of the transaction.
	OpenJobs(ctx context.Context) ([]Job, error)
	// KeptResults finds the jobs of the scope's business that have ended and have a
	// result, by id.
	KeptResults(ctx context.Context) ([]Job, error)
	// Job finds a job of the scope's business; nil when there is none of that id.
	Job(ctx context.Context, jobID int64) (*Job, error)
	// InsertJob writes a new job. It returns ErrIDTaken when its id is not free.
	InsertJob(ctx context.Context, job Job) error
	// PutJob writes a job in place of what Job found.
	PutJob(ctx context.Context, job Job) error
	// AddJobChunk writes a chunk of a part of a job, which begins at that byte.
	AddJobChunk(ctx context.Context, jobID int64, part JobPart, at int64, data []byte, date time.Time) error
}
