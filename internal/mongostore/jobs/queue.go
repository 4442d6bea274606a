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
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// JobChunk implements store.JobStore.
func (j *JobStore) JobChunk(ctx context.Context, scope client.Scope, jobID int64, part store.JobPart, at int64) ([]byte, error) {
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
func (j *JobStore) DropJobPart(ctx context.Context, scope client.Scope, jobID int64, part store.JobPart) error {
	if _, err := j.db.Collection(schema.JobChunks).DeleteMany(ctx, partFilter(scope.BusinessID, jobID, part)); err != nil {
		return fmt.Errorf("delete the chunks of a job: %w", err)
	}
	return nil
}

// DueJobs implements store.JobStore.
func (j *JobStore) DueJobs(ctx context.Context, now time.Time, limit int64) ([]store.JobKey, error) {
	due := bson.D{{Key: schema.FieldOpen, Value: true}, {Key: schema.FieldUntil, Value: bson.D{{Key: "$lt", Value: now}}}}
	found, err := j.find(ctx, due, options.Find().
		SetSort(schema.Ascending(schema.FieldUntil, schema.FieldID)).SetLimit(limit).SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}}))
	if err != nil {
		return nil, err
	}
	keys := make([]store.JobKey, len(found))
	for i, d := range found {
		keys[i] = store.JobKey{BusinessID: d.BusinessID, JobID: d.JobID}
	}
	return keys, nil
}

// RenewJobLease implements store.JobStore.
func (j *JobStore) RenewJobLease(ctx context.Context, owner string, key store.JobKey, until time.Time) (bool, error) {
	ours := append(jobFilter(key.BusinessID, key.JobID), bson.E{Key: schema.FieldOwner, Value: owner}, bson.E{Key: schema.FieldState, Value: string(store.JobRunning)})
	result, err := j.db.Collection(schema.Jobs).UpdateOne(ctx, ours, bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldUntil, Value: until}}}})
	if err != nil {
		return false, fmt.Errorf("renew the lease of a job: %w", err)
	}
	return result.MatchedCount == 1, nil
}
