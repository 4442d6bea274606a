package mongostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// mostCounted bounds the jobs, and the webhooks, that one call of Backlog counts: every
// server calls it regularly.
const mostCounted = 10_000

// Backlog counts the waiting background work of all businesses; of jobs and of webhooks
// at most the first 10,000.
func (s *Store) Backlog(ctx context.Context) (store.Backlog, error) {
	b := store.NoBacklog()
	jobs, jobsErr := s.CountOpen(ctx, mostCounted)
	webhooks, webhooksErr := s.CountHealth(ctx, mostCounted)
	if err := errors.Join(jobsErr, webhooksErr); err != nil {
		return store.Backlog{}, err
	}
	maps.Copy(b.Jobs, jobs)
	maps.Copy(b.Webhooks, webhooks)
	var err error
	b.UnnumberedSince, err = s.unnumberedSince(ctx)
	return b, err
}

// unnumberedSince returns when the oldest row of the outbox was written.
func (s *Store) unnumberedSince(ctx context.Context) (*time.Time, error) {
	var oldest struct {
		At time.Time `bson:"at"`
	}
	// Ids of rows increase with time, to the second.
	err := s.db.Collection(schema.Outbox).FindOne(ctx, bson.D{{Key: schema.FieldID, Value: bson.D{{Key: "$gt", Value: bson.ObjectID{}}}}},
		options.FindOne().SetSort(schema.Ascending(schema.FieldID)).SetProjection(bson.D{{Key: "at", Value: 1}})).Decode(&oldest)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the oldest row of the outbox: %w", err)
	}
	return new(oldest.At.UTC()), nil
}
