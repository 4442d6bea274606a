package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// JobChunk implements store.JobStore.
func (j *jobs) JobChunk(ctx context.Context, scope client.Scope, jobID int64, part store.JobPart, at int64) ([]byte, error) {
	var found chunkDocument
	err := j.db.Collection(schema.JobChunks).FindOne(ctx, append(partFilter(scope.BusinessID, jobID, part), bson.E{Key: schema.FieldOffset, Value: at})).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a chunk of a job: %w", err)
	}
	return found.Data, nil
}

// DropJobPart implements store.JobStore.
func (j *jobs) DropJobPart(ctx context.Context, scope client.Scope, jobID int64, part store.JobPart) error {
	if _, err := j.db.Collection(schema.JobChunks).DeleteMany(ctx, partFilter(scope.BusinessID, jobID, part)); err != nil {
		return fmt.Errorf("delete the chunks of a job: %w", err)
	}
	return nil
}

// DueJobs implements store.JobStore.
func (j *jobs) DueJobs(ctx context.Context, now time.Time, limit int64) ([]store.JobKey, error) {
	cursor, err := j.db.Collection(schema.Jobs).Find(ctx, bson.D{{Key: schema.FieldOpen, Value: true}, {Key: schema.FieldUntil, Value: bson.D{{Key: "$lt", Value: now}}}},
		options.Find().SetSort(schema.Ascending(schema.FieldUntil, schema.FieldID)).SetLimit(limit).SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("find jobs to do: %w", err)
	}
	var found []jobDocument
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read jobs to do: %w", err)
	}
	keys := make([]store.JobKey, len(found))
	for i, d := range found {
		keys[i] = store.JobKey{BusinessID: d.BusinessID, JobID: d.JobID}
	}
	return keys, nil
}

// HoldJob implements store.JobStore.
func (j *jobs) HoldJob(ctx context.Context, owner string, key store.JobKey, until time.Time) (bool, error) {
	ours := append(jobFilter(key.BusinessID, key.JobID), bson.E{Key: schema.FieldOwner, Value: owner}, bson.E{Key: schema.FieldState, Value: string(store.JobRunning)})
	result, err := j.db.Collection(schema.Jobs).UpdateOne(ctx, ours, bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldUntil, Value: until}}}})
	if err != nil {
		return false, fmt.Errorf("hold a job: %w", err)
	}
	return result.MatchedCount == 1, nil
}

// withdrawJobs takes back, in a transaction that erases clients, all files and results
// of the business of which they may be part. Who reads one reads the job before.
func (t *eraseTx) withdrawJobs(ctx context.Context, at time.Time) error {
	// Whoever begins a job takes this lock too. One that began before is withdrawn here;
	// one that begins later reads the business without the erased clients.
	if err := t.lock(ctx, schema.Jobs); err != nil {
		return err
	}
	collection := t.store.db.Collection(schema.Jobs)
	stored := func(open bool) bson.D {
		return append(query.Tenant(t.scope), bson.E{Key: schema.FieldStored, Value: true}, bson.E{Key: schema.FieldOpen, Value: open})
	}
	gone := bson.D{{Key: "erased", Value: true}, {Key: "fileKept", Value: false}, {Key: "resultKept", Value: false}}
	if _, err := collection.UpdateMany(ctx, stored(false), bson.D{{Key: "$set", Value: gone}}); err != nil {
		return fmt.Errorf("withdraw the results of jobs: %w", err)
	}
	ended := append(slices.Clone(gone),
		bson.E{Key: schema.FieldState, Value: string(store.JobFailed)}, bson.E{Key: "failure", Value: string(store.JobErasure)}, bson.E{Key: "endedDate", Value: at},
		bson.E{Key: schema.FieldOpen, Value: false}, bson.E{Key: schema.FieldOwner, Value: ""})
	update := bson.D{{Key: "$set", Value: ended}, {Key: "$unset", Value: bson.D{{Key: "options", Value: ""}}}}
	if _, err := collection.UpdateMany(ctx, stored(true), update); err != nil {
		return fmt.Errorf("withdraw the files of jobs: %w", err)
	}
	return nil
}

// dropWithdrawn deletes the files and results that erasures took back in a business.
func (j *jobs) dropWithdrawn(ctx context.Context, businessID int64) error {
	collection := j.db.Collection(schema.Jobs)
	filter := bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldStored, Value: true}, {Key: "erased", Value: true}}
	cursor, err := collection.Find(ctx, filter, options.Find().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}}))
	if err != nil {
		return fmt.Errorf("find withdrawn jobs: %w", err)
	}
	var found []jobDocument
	if err := cursor.All(ctx, &found); err != nil {
		return fmt.Errorf("read withdrawn jobs: %w", err)
	}
	for _, d := range found {
		if _, err := j.db.Collection(schema.JobChunks).DeleteMany(ctx, bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldJob, Value: d.JobID}}); err != nil {
			return fmt.Errorf("delete withdrawn files: %w", err)
		}
		if _, err := collection.UpdateOne(ctx, jobFilter(businessID, d.JobID), bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldStored, Value: false}}}}); err != nil {
			return fmt.Errorf("write a job: %w", err)
		}
	}
	return nil
}
