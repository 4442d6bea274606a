package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/store"
)

// mostCounted bounds the jobs, and the webhooks, that a look at the backlog reads: it
// is a look beside requests, of every server.
const mostCounted = 10_000

// Backlog counts what waits in all businesses to be done beside requests: of jobs and
// webhooks at most the first 10,000.
func (s *Store) Backlog(ctx context.Context) (store.Backlog, error) {
	b := store.NoBacklog()
	err := errors.Join(s.countJobs(ctx, b.Jobs), s.countWebhooks(ctx, b.Webhooks))
	if err != nil {
		return store.Backlog{}, err
	}
	b.UnnumberedSince, err = s.unnumberedSince(ctx)
	return b, err
}

func (s *Store) countJobs(ctx context.Context, counts map[store.OpenJobs]int64) error {
	cursor, err := s.db.Collection(schema.Jobs).Find(ctx, bson.D{{Key: schema.FieldOpen, Value: true}},
		options.Find().SetLimit(mostCounted).SetProjection(bson.D{{Key: "kind", Value: 1}, {Key: schema.FieldState, Value: 1}}))
	if err != nil {
		return fmt.Errorf("find open jobs: %w", err)
	}
	var found []jobDocument
	if err := cursor.All(ctx, &found); err != nil {
		return fmt.Errorf("read open jobs: %w", err)
	}
	for _, d := range found {
		counts[store.OpenJobs{Kind: store.JobKind(d.Kind), State: store.JobState(d.State)}]++
	}
	return nil
}

func (s *Store) countWebhooks(ctx context.Context, counts map[store.WebhookHealth]int64) error {
	cursor, err := s.db.Collection(schema.Webhooks).Find(ctx, bson.D{{Key: schema.FieldEnabled, Value: query.In([]bool{true, false})}},
		options.Find().SetLimit(mostCounted).SetProjection(bson.D{{Key: schema.FieldEnabled, Value: 1}, {Key: "failingSince", Value: 1}, {Key: "disabledReason", Value: 1}}))
	if err != nil {
		return fmt.Errorf("find webhooks: %w", err)
	}
	var found []webhookDocument
	if err := cursor.All(ctx, &found); err != nil {
		return fmt.Errorf("read webhooks: %w", err)
	}
	for i := range found {
		counts[healthOf(&found[i])]++
	}
	return nil
}

func healthOf(d *webhookDocument) store.WebhookHealth {
	switch {
	case d.Enabled && d.FailingSince == nil:
		return store.WebhookWell
	case d.Enabled:
		return store.WebhookTried
	case d.DisabledReason == nil:
		return store.WebhookDisabledByOne
	case *d.DisabledReason == string(store.WebhookGone):
		return store.WebhookReceiverGone
	}
	return store.WebhookGivenUp
}

// unnumberedSince is when the oldest row of the outbox was written.
func (s *Store) unnumberedSince(ctx context.Context) (*time.Time, error) {
	var oldest struct {
		At time.Time `bson:"at"`
	}
	// Ids of rows rise with the time, to the second.
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
