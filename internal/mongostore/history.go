package mongostore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// keyClient names the client that a row of history or of the feed is of.
const keyClient = "clientId"

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
func (s *Store) History(ctx context.Context, scope client.Scope, clientIDs []int64, after, until int64) ([]history.Entry, error) {
	bounds := bson.D{{Key: "$gt", Value: after}}
	if until > 0 {
		bounds = append(bounds, bson.E{Key: "$lte", Value: until})
	}
	q := query{core: append(tenant(scope), bson.E{Key: keyClient, Value: in(nonNil(clientIDs))})}
	versions := bson.D{{Key: keyVersion, Value: bounds}}
	if len(clientIDs) == 1 {
		q.core = append(append(tenant(scope), bson.E{Key: keyClient, Value: clientIDs[0]}), versions...)
	} else {
		q.rest = versions
	}
	pipeline := append(q.stages(), bson.D{{Key: "$sort", Value: ascending(keyClient, keyVersion)}})
	cursor, err := s.db.Collection(historyName).Aggregate(ctx, pipeline, options.Aggregate().SetBatchSize(oneBatch))
	if err != nil {
		return nil, fmt.Errorf("find history: %w", err)
	}
	return s.codec.readEntries(ctx, cursor)
}

// History implements store.HistoryTx.
func (t *transaction) History(ctx context.Context, clientIDs []int64, after, until int64) ([]history.Entry, error) {
	return t.store.History(ctx, t.scope, clientIDs, after, until)
}

func (c *codec) readEntries(ctx context.Context, cursor *mongo.Cursor) ([]history.Entry, error) {
	var rows []historyDocument
	if err := allRows(ctx, cursor, &rows); err != nil {
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
			before, ok := c.decodeChange(change.Path, change.Before)
			after, also := c.decodeChange(change.Path, change.After)
			if !ok || !also {
				return nil, fmt.Errorf("history of client %d, version %d: %s has a value of another type", row.ClientID, row.Version, change.Path)
			}
			entries[i].Changes[j] = history.Change{Path: change.Path, Before: before, After: after}
		}
	}
	return entries, nil
}

// decodeChange reads a value of a change as the type of what lies at its path,
// and says whether it is of that type. There may be none.
func (c *codec) decodeChange(path string, value bson.RawValue) (any, bool) {
	if value.IsZero() || value.Type == bson.TypeNull {
		return nil, true
	}
	name, _, listed := strings.Cut(path, ".")
	place, known := c.places[name]
	switch {
	case name == keyFields && listed:
		return client.DecodeCustom(&stored{value: value})
	case known && !listed:
		return c.properties[place].DecodeValue(&stored{value: value})
	}
	// An edge, or whether the client is deleted.
	switch value.Type {
	case bson.TypeBoolean:
		return value.BooleanOK()
	case bson.TypeString:
		return value.StringValueOK()
	}
	return value.AsInt64OK()
}

// encodeChange is a value of a change as documents hold it: of a property, a custom
// field, or an edge.
func (c *codec) encodeChange(path string, value any) any {
	if place, known := c.places[path]; known {
		return toBSON(c.properties[place].EncodeValue(value))
	}
	return client.EncodeCustom(value)
}
