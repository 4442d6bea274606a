package mongostore

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
)

type historyDocument struct {
	ClientID  int64            `bson:"clientId"`
	Version   int64            `bson:"version"`
	At        time.Time        `bson:"at"`
	User      string           `bson:"user"`
	Role      string           `bson:"role"`
	Operation string           `bson:"operation"`
	RequestID string           `bson:"requestId"`
	MergeID   int64            `bson:"mergeId"`
	Changes   []changeDocument `bson:"changes"`
}

type changeDocument struct {
	Path   string        `bson:"path"`
	Before bson.RawValue `bson:"before"`
	After  bson.RawValue `bson:"after"`
}

// History implements store.HistoryStore.
func (r *clientReads) History(ctx context.Context, scope client.Scope, clientIDs []int64, after, until int64) ([]history.Entry, error) {
	bounds := bson.D{{Key: "$gt", Value: after}}
	if until > 0 {
		bounds = append(bounds, bson.E{Key: "$lte", Value: until})
	}
	q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: query.In(query.NonNil(clientIDs))})}
	versions := bson.D{{Key: schema.FieldVersion, Value: bounds}}
	if len(clientIDs) == 1 {
		q.Core = append(append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: clientIDs[0]}), versions...)
	} else {
		q.Rest = versions
	}
	pipeline := append(q.Stages(), bson.D{{Key: "$sort", Value: schema.Ascending(schema.FieldClient, schema.FieldVersion)}})
	cursor, err := r.db.Collection(schema.History).Aggregate(ctx, pipeline, options.Aggregate().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find history: %w", err)
	}
	return readEntries(ctx, r.codec, cursor)
}

// History implements store.HistoryTx.
func (t *transaction) History(ctx context.Context, clientIDs []int64, after, until int64) ([]history.Entry, error) {
	return t.store.History(ctx, t.scope, clientIDs, after, until)
}

func readEntries(ctx context.Context, c *record.Codec, cursor *mongo.Cursor) ([]history.Entry, error) {
	var rows []historyDocument
	if err := query.AllRows(ctx, cursor, &rows); err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	entries := make([]history.Entry, len(rows))
	for i := range rows {
		row := &rows[i]
		entries[i] = history.Entry{
			ClientID: row.ClientID, Version: row.Version, At: row.At.UTC(), User: row.User, Role: client.Role(row.Role),
			Operation: history.Operation(row.Operation), RequestID: row.RequestID, MergeID: row.MergeID, Changes: make([]history.Change, len(row.Changes)),
		}
		for j, change := range row.Changes {
			before, ok := c.DecodeChange(change.Path, change.Before)
			after, also := c.DecodeChange(change.Path, change.After)
			if !ok || !also {
				return nil, fmt.Errorf("history of client %d, version %d: %s has a value of another type", row.ClientID, row.Version, change.Path)
			}
			entries[i].Changes[j] = history.Change{Path: change.Path, Before: before, After: after}
		}
	}
	return entries, nil
}
