package mongostore

import (
	"context"
	"fmt"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

// Account implements client.Store.
func (s *Store) Account(ctx context.Context, businessID, clientAccountID int64) (*client.Client, error) {
	q := query{core: bson.D{{Key: keyBusiness, Value: businessID}, {Key: keyAccount, Value: clientAccountID}}}
	found, err := s.read(ctx, q, window{limit: 1}, client.Select("blocked", keySubjects))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Clients implements client.Store.
func (s *Store) Clients(ctx context.Context, scope client.Scope, asked client.Query) ([]*client.Client, error) {
	key := orderKey(asked.Order)
	direction, after, before := 1, "$gt", "$lt"
	if asked.Order.Descending {
		after, before = before, after
	}
	if asked.Order.Descending != asked.Backward {
		direction = -1
	}
	var bounds bson.D
	if asked.After != "" {
		bounds = append(bounds, bson.E{Key: after, Value: asked.After})
	}
	if asked.Before != "" {
		bounds = append(bounds, bson.E{Key: before, Value: asked.Before})
	}
	w := window{sort: bson.D{{Key: key, Value: direction}}, skip: asked.Skip, limit: asked.Limit}
	return s.read(ctx, list(scope, asked.Filter, key, bounds), w, asked.Need)
}

// Count implements client.Store.
func (s *Store) Count(ctx context.Context, scope client.Scope, filter client.Filter) (int64, error) {
	q := list(scope, filter, "nameKey", nil)
	cursor, err := s.db.Collection(clientsName).Aggregate(ctx, append(q.stages(), bson.D{{Key: "$count", Value: "count"}}))
	if err != nil {
		return 0, fmt.Errorf("count clients: %w", err)
	}
	var counts []struct {
		Count int64 `bson:"count"`
	}
	if err := cursor.All(ctx, &counts); err != nil {
		return 0, fmt.Errorf("read the count: %w", err)
	}
	if len(counts) == 0 {
		return 0, nil
	}
	return counts[0].Count, nil
}

// ClientsByID implements client.Store.
func (s *Store) ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error) {
	found, err := s.read(ctx, byIDs(scope, ids), window{sort: ascending(keyID)}, need)
	if err != nil || withDeleted {
		return found, err
	}
	// The few deleted ones among them are dropped here: with a condition more
	// the embedded engine would not use its index.
	return slices.DeleteFunc(found, (*client.Client).Deleted), nil
}

// Viewers implements client.Store.
func (s *Store) Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error) {
	found, err := s.read(ctx, viewersOf(scope, subjectIDs), window{sort: ascending(keyID)}, need.With(client.Select(keySubjects)))
	if err != nil || !scope.Rows.ByID() {
		return found, err
	}
	wanted := make(map[int64]bool, len(subjectIDs))
	for _, id := range subjectIDs {
		wanted[id] = true
	}
	return slices.DeleteFunc(found, func(viewer *client.Client) bool {
		return !slices.ContainsFunc(viewer.SubjectIDs, func(id int64) bool { return wanted[id] })
	}), nil
}

// window is the part of what a query finds that is wanted, and its order. A
// limit of 0 is none.
type window struct {
	sort        bson.D
	skip, limit int64
}

// oneBatch makes a cursor's first batch as large as a message may be: the
// default of 101 documents would cost another round trip for a larger page.
const oneBatch = math.MaxInt32

// stages are the query as the beginning of a pipeline.
func (q query) stages() mongo.Pipeline {
	stages := mongo.Pipeline{{{Key: "$match", Value: q.core}}}
	if len(q.rest) > 0 {
		stages = append(stages, bson.D{{Key: "$match", Value: q.rest}})
	}
	return stages
}

// read runs one query of clients, as a find where an index answers all of it,
// and decodes as it reads.
func (s *Store) read(ctx context.Context, q query, w window, need client.Selection) ([]*client.Client, error) {
	clients := s.db.Collection(clientsName)
	projection := s.codec.projection(need)
	var cursor *mongo.Cursor
	var err error
	if len(q.rest) == 0 {
		o := options.Find().SetProjection(projection).SetSkip(w.skip).SetLimit(w.limit).SetBatchSize(oneBatch)
		if w.sort != nil {
			o.SetSort(w.sort)
		}
		cursor, err = clients.Find(ctx, q.core, o)
	} else {
		cursor, err = clients.Aggregate(ctx, append(q.stages(), w.stages(projection)...), options.Aggregate().SetBatchSize(oneBatch))
	}
	if err != nil {
		return nil, fmt.Errorf("find clients: %w", err)
	}
	return s.drain(ctx, cursor)
}

// stages are the window as the end of a pipeline.
func (w window) stages(projection bson.D) mongo.Pipeline {
	var stages mongo.Pipeline
	if w.sort != nil {
		stages = append(stages, bson.D{{Key: "$sort", Value: w.sort}})
	}
	if w.skip > 0 {
		stages = append(stages, bson.D{{Key: "$skip", Value: w.skip}})
	}
	if w.limit > 0 {
		stages = append(stages, bson.D{{Key: "$limit", Value: w.limit}})
	}
	return append(stages, bson.D{{Key: "$project", Value: projection}})
}

func (s *Store) drain(ctx context.Context, cursor *mongo.Cursor) (clients []*client.Client, err error) {
	defer func() {
		// The server gives a cursor up by itself; closing it early is a courtesy.
		_ = cursor.Close(context.WithoutCancel(ctx))
	}()
	for cursor.Next(ctx) {
		c, err := s.codec.decode(cursor.Current)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	if err := cursor.Err(); err != nil {
		return nil, fmt.Errorf("read clients: %w", err)
	}
	return clients, nil
}
