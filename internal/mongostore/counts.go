package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
)

// Count implements store.Store.
func (r *clientReads) Count(ctx context.Context, scope client.Scope, conditions store.Conditions) (int64, error) {
	q := query.List(scope, conditions, query.Unbounded())
	if len(q.Rest) == 0 && mongo.SessionFromContext(ctx) == nil {
		n, err := r.count(ctx, q, 0)
		if err == nil || !transact.Unavailable(err) {
			return n, err
		}
		// Unlike an aggregate, the driver does not retry a count whose connection broke.
	}
	return r.countAll(ctx, q)
}

// countAll counts any query, inside transactions too.
func (r *clientReads) countAll(ctx context.Context, q query.Query) (int64, error) {
	found, err := r.openAll(ctx, append(q.Stages(), bson.D{{Key: "$count", Value: "count"}}), levelOf(ctx), true)
	if err != nil {
		return 0, fmt.Errorf("count clients: %w", err)
	}
	var count int64
	// The result's document does not count as a row of the operation.
	err = found.Each(client.WithRowBudget(ctx, nil), func(document bson.Raw) (bool, error) {
		var ok bool
		if count, ok = document.Lookup("count").AsInt64OK(); !ok {
			return false, errors.New("not a number")
		}
		return true, nil
	})
	if err != nil {
		return 0, fmt.Errorf("read the count: %w", err)
	}
	return count, nil
}

// TagCounts implements store.Store. The database counts spellings. The counts of a tag's
// spellings are added here, under the most frequent spelling.
func (r *clientReads) TagCounts(ctx context.Context, scope client.Scope) ([]store.TagCount, error) {
	q := query.List(scope, store.Conditions{}, query.Unbounded())
	cursor, err := r.db.Collection(schema.Clients).Aggregate(ctx, append(q.Stages(),
		bson.D{{Key: "$unwind", Value: "$tags"}},
		bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$tags"}, {Key: "count", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
		bson.D{{Key: "$sort", Value: bson.D{{Key: "count", Value: -1}, {Key: "_id", Value: 1}}}}))
	if err != nil {
		return nil, fmt.Errorf("count tags: %w", err)
	}
	var spellings []struct {
		Tag   string `bson:"_id"`
		Count int64  `bson:"count"`
	}
	if err := cursor.All(ctx, &spellings); err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	places := map[string]int{}
	counts := []store.TagCount{}
	for _, spelling := range spellings {
		key := client.TagKey(spelling.Tag)
		if i, known := places[key]; known {
			counts[i].Count += spelling.Count
			continue
		}
		places[key] = len(counts)
		counts = append(counts, store.TagCount{Tag: spelling.Tag, Count: spelling.Count})
	}
	return counts, nil
}
