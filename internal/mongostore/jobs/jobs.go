// Package jobs stores in MongoDB the jobs that import and export clients, with their
// files and results in chunks.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// JobStore implements store.JobStore.
type JobStore struct{ db *mongo.Database }

// New returns the store of that database's jobs.
func New(db *mongo.Database) *JobStore { return &JobStore{db: db} }

// JobTx implements store.JobTx. The session of its transaction is in the context of each
// call.
type JobTx struct {
	jobs  *JobStore
	scope client.Scope
}

// Tx returns a JobTx for the scope's business.
func (j *JobStore) Tx(scope client.Scope) JobTx { return JobTx{j, scope} }

type document struct {
	JobID      int64   `bson:"_id"`
	BusinessID int64   `bson:"businessId"`
	Kind       string  `bson:"kind"`
	State      string  `bson:"state"`
	Failure    *string `bson:"failure,omitempty"`

	User           string   `bson:"user"`
	Role           string   `bson:"role"`
	Permissions    []string `bson:"permissions"`
	AllRows        bool     `bson:"allRows"`
	VisibilityKeys []string `bson:"visibilityKeys,omitempty"`
	RequestID      string   `bson:"requestId"`

	DryRun  bool   `bson:"dryRun"`
	Options []byte `bson:"options,omitempty"`
	Format  string `bson:"format"`

	Rows           int64  `bson:"rows"`
	Created        int64  `bson:"created"`
	Changed        int64  `bson:"changed"`
	Unchanged      int64  `bson:"unchanged"`
	Failed         int64  `bson:"failed"`
	Total          *int64 `bson:"total,omitempty"`
	ImportedBefore bool   `bson:"importedBefore,omitempty"`

	CreatedDate time.Time  `bson:"createdDate"`
	StartedDate *time.Time `bson:"startedDate,omitempty"`
	EndedDate   *time.Time `bson:"endedDate,omitempty"`

	FileBytes   int64  `bson:"fileBytes"`
	FileChunks  int64  `bson:"fileChunks"`
	ResultBytes int64  `bson:"resultBytes"`
	ResultPart  string `bson:"resultPart"`
	FileKept    bool   `bson:"fileKept"`
	ResultKept  bool   `bson:"resultKept"`
	Erased      bool   `bson:"erased,omitempty"`
	// Open says that the job has not ended, Stored that it may have chunks.
	Open   bool `bson:"open"`
	Stored bool `bson:"stored"`

	Owner    string    `bson:"owner"`
	Until    time.Time `bson:"until"`
	Attempts int64     `bson:"attempts"`
}

func encodeJob(j store.Job) document {
	return document{
		JobID: j.JobID, BusinessID: j.BusinessID, Kind: string(j.Kind), State: string(j.State), Failure: (*string)(j.Failure),
		User: j.Maker.User, Role: string(j.Maker.Role), Permissions: j.Maker.Permissions.Names(), AllRows: j.Maker.Rows.All,
		VisibilityKeys: j.Maker.Rows.VisibilityKeys, RequestID: j.Maker.RequestID,
		DryRun: j.DryRun, Options: j.Options, Format: j.Format,
		Rows: j.Counts.Rows, Created: j.Counts.Created, Changed: j.Counts.Changed, Unchanged: j.Counts.Unchanged, Failed: j.Counts.Failed,
		Total: j.Total, ImportedBefore: j.ImportedBefore,
		CreatedDate: j.CreatedDate, StartedDate: j.StartedDate, EndedDate: j.EndedDate,
		FileBytes: j.FileBytes, FileChunks: j.FileChunks, ResultBytes: j.ResultBytes, ResultPart: string(j.ResultPart),
		FileKept: j.FileKept, ResultKept: j.ResultKept, Erased: j.Erased,
		Open: !j.State.Ended(), Stored: j.FileKept || j.ResultKept || j.Erased || j.State == store.JobRunning,
		Owner: j.Owner, Until: j.Until, Attempts: j.Attempts,
	}
}

func (d *document) job() (*store.Job, error) {
	permissions, err := client.ParsePermissions(d.Permissions)
	if err != nil {
		return nil, fmt.Errorf("read a job: %w", err)
	}
	return &store.Job{
		JobID: d.JobID, BusinessID: d.BusinessID, Kind: store.JobKind(d.Kind), State: store.JobState(d.State), Failure: (*store.JobFailure)(d.Failure),
		Maker: store.JobMaker{
			User: d.User, Role: client.Role(d.Role), Permissions: permissions,
			Rows: client.Rows{All: d.AllRows, VisibilityKeys: d.VisibilityKeys}, RequestID: d.RequestID,
		},
		DryRun: d.DryRun, Options: d.Options, Format: d.Format,
		Counts: store.JobCounts{Rows: d.Rows, Created: d.Created, Changed: d.Changed, Unchanged: d.Unchanged, Failed: d.Failed},
		Total:  d.Total, ImportedBefore: d.ImportedBefore,
		CreatedDate: d.CreatedDate, StartedDate: d.StartedDate, EndedDate: d.EndedDate,
		FileBytes: d.FileBytes, FileChunks: d.FileChunks, ResultBytes: d.ResultBytes, ResultPart: store.JobPart(d.ResultPart),
		FileKept: d.FileKept, ResultKept: d.ResultKept, Erased: d.Erased,
		Owner: d.Owner, Until: d.Until, Attempts: d.Attempts,
	}, nil
}

// find reads jobs. They do not count as rows of an operation.
func (j *JobStore) find(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) ([]document, error) {
	return query.FindAll[document](ctx, j.db.Collection(schema.Jobs), "jobs", filter, o)
}

// lock makes other transactions that begin a job of the business wait for the end of this
// one.
func (t JobTx) lock(ctx context.Context) error {
	return counters.Lock(ctx, t.jobs.db.Collection(schema.Counters), t.scope.BusinessID, schema.Jobs)
}

// CountOpen counts the jobs of all businesses that have not ended, limit at most.
func (j *JobStore) CountOpen(ctx context.Context, limit int64) (map[store.OpenJobs]int64, error) {
	found, err := j.find(ctx, bson.D{{Key: schema.FieldOpen, Value: true}},
		options.Find().SetLimit(limit).SetProjection(bson.D{{Key: "kind", Value: 1}, {Key: schema.FieldState, Value: 1}}))
	counts := map[store.OpenJobs]int64{}
	for _, d := range found {
		counts[store.OpenJobs{Kind: store.JobKind(d.Kind), State: store.JobState(d.State)}]++
	}
	return counts, err
}

func jobFilter(businessID, jobID int64) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldID, Value: jobID}}
}

// Job implements store.JobStore.
func (j *JobStore) Job(ctx context.Context, scope client.Scope, jobID int64) (*store.Job, error) {
	var found document
	err := j.db.Collection(schema.Jobs).FindOne(ctx, jobFilter(scope.BusinessID, jobID)).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a job: %w", err)
	}
	return found.job()
}

// Jobs implements store.JobStore.
func (j *JobStore) Jobs(ctx context.Context, scope client.Scope, asked store.JobQuery) ([]store.Job, error) {
	filter := append(query.Tenant(scope), bson.E{Key: "kind", Value: bson.D{{Key: "$in", Value: asked.Kinds}}})
	if asked.User != "" {
		filter = append(filter, bson.E{Key: "user", Value: asked.User})
	}
	if asked.IDs != nil {
		filter = append(filter, bson.E{Key: schema.FieldID, Value: query.In(asked.IDs)})
	} else if asked.Before != 0 {
		filter = append(filter, bson.E{Key: schema.FieldID, Value: bson.D{{Key: "$lt", Value: asked.Before}}})
	}
	return j.findJobs(ctx, filter, options.Find().SetSort(bson.D{{Key: schema.FieldID, Value: -1}}).SetLimit(asked.Limit))
}

func (j *JobStore) findJobs(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) ([]store.Job, error) {
	found, err := query.FindRows[document](ctx, j.db.Collection(schema.Jobs), "jobs", filter, o)
	if err != nil {
		return nil, err
	}
	all := make([]store.Job, len(found))
	for i := range found {
		job, err := found[i].job()
		if err != nil {
			return nil, err
		}
		all[i] = *job
	}
	return all, nil
}

// NextJobID implements store.JobStore.
func (j *JobStore) NextJobID(ctx context.Context) (int64, error) {
	return counters.Increment(ctx, j.db.Collection(schema.Counters), counters.Ref{BusinessID: counters.OfDeployment, Name: schema.FieldJob}, 1)
}

// OpenJobs implements store.JobTx.
func (t JobTx) OpenJobs(ctx context.Context) ([]store.Job, error) {
	if err := t.lock(ctx); err != nil {
		return nil, err
	}
	return t.jobs.findJobs(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldOpen, Value: true}), options.Find().SetSort(schema.Ascending(schema.FieldID)))
}

// KeptResults implements store.JobTx.
func (t JobTx) KeptResults(ctx context.Context) ([]store.Job, error) {
	filter := append(query.Tenant(t.scope), bson.E{Key: schema.FieldStored, Value: true}, bson.E{Key: schema.FieldOpen, Value: false}, bson.E{Key: "resultKept", Value: true})
	return t.jobs.findJobs(ctx, filter, options.Find().SetSort(schema.Ascending(schema.FieldID)))
}

// Job implements store.JobTx.
func (t JobTx) Job(ctx context.Context, jobID int64) (*store.Job, error) {
	return t.jobs.Job(ctx, t.scope, jobID)
}

// InsertJob implements store.JobTx.
func (t JobTx) InsertJob(ctx context.Context, job store.Job) error {
	_, err := t.jobs.db.Collection(schema.Jobs).InsertOne(ctx, encodeJob(job))
	if mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("%w: %w", store.ErrIDTaken, err)
	}
	if err != nil {
		return fmt.Errorf("write a job: %w", err)
	}
	return nil
}

// PutJob implements store.JobTx.
func (t JobTx) PutJob(ctx context.Context, job store.Job) error {
	if _, err := t.jobs.db.Collection(schema.Jobs).ReplaceOne(ctx, jobFilter(t.scope.BusinessID, job.JobID), encodeJob(job)); err != nil {
		return fmt.Errorf("write a job: %w", err)
	}
	return nil
}

type chunkDocument struct {
	BusinessID int64     `bson:"businessId"`
	JobID      int64     `bson:"jobId"`
	Part       string    `bson:"part"`
	Offset     int64     `bson:"offset"`
	At         time.Time `bson:"at"`
	Data       []byte    `bson:"data"`
}

func partFilter(businessID, jobID int64, part store.JobPart) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldJob, Value: jobID}, {Key: schema.FieldPart, Value: string(part)}}
}

// AddJobChunk implements store.JobTx.
func (t JobTx) AddJobChunk(ctx context.Context, jobID int64, part store.JobPart, at int64, data []byte, date time.Time) error {
	chunk := chunkDocument{BusinessID: t.scope.BusinessID, JobID: jobID, Part: string(part), Offset: at, At: date, Data: data}
	if _, err := t.jobs.db.Collection(schema.JobChunks).InsertOne(ctx, chunk); err != nil {
		return fmt.Errorf("write a chunk of a job: %w", err)
	}
	return nil
}
