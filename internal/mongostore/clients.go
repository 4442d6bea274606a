package mongostore

import (
	"context"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

// Account implements client.Store.
func (s *Store) Account(ctx context.Context, businessID, clientAccountID int64) (*client.Client, error) {
	query := bson.D{{Key: keyBusiness, Value: businessID}, {Key: keyAccount, Value: clientAccountID}}
	found, err := s.find(ctx, query, options.Find().SetLimit(1), client.Select("blocked", keySubjects))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Clients implements client.Store.
func (s *Store) Clients(ctx context.Context, scope client.Scope, query client.Query) ([]*client.Client, error) {
	key := orderKey(query.Order)
	conditions := filterQuery(scope, query.Filter)
	after, before := "$gt", "$lt"
	if query.Order.Descending {
		after, before = before, after
	}
	var bounds bson.D
	if query.After != "" {
		bounds = append(bounds, bson.E{Key: after, Value: query.After})
	}
	if query.Before != "" {
		bounds = append(bounds, bson.E{Key: before, Value: query.Before})
	}
	if bounds != nil {
		conditions = append(conditions, bson.E{Key: key, Value: bounds})
	}
	direction := 1
	if query.Order.Descending != query.Backward {
		direction = -1
	}
	o := options.Find().SetSort(bson.D{{Key: key, Value: direction}}).SetSkip(query.Skip).SetLimit(query.Limit)
	return s.find(ctx, conditions, o, query.Need)
}

// Count implements client.Store.
func (s *Store) Count(ctx context.Context, scope client.Scope, filter client.Filter) (int64, error) {
	return s.db.Collection(clientsName).CountDocuments(ctx, filterQuery(scope, filter))
}

// ClientsByID implements client.Store.
func (s *Store) ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error) {
	query := append(base(scope, nonNil(ids)), lifecycle(withDeleted))
	return s.find(ctx, query, options.Find().SetSort(ascending(keyID)), need)
}

// Viewers implements client.Store.
func (s *Store) Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error) {
	query := append(base(scope, nil),
		bson.E{Key: keySubjects, Value: in(nonNil(subjectIDs))}, lifecycle(false))
	return s.find(ctx, query, options.Find().SetSort(ascending(keyID)), need.With(client.Select(keySubjects)))
}

func nonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// find runs one find of clients and decodes as it reads.
func (s *Store) find(ctx context.Context, query bson.D, o *options.FindOptionsBuilder, need client.Selection) ([]*client.Client, error) {
	// One batch as large as a message may be: the server's default first batch of
	// 101 would cost another round trip for a page that is larger.
	o.SetProjection(s.codec.projection(need)).SetBatchSize(math.MaxInt32)
	cursor, err := s.db.Collection(clientsName).Find(ctx, query, o)
	if err != nil {
		return nil, fmt.Errorf("find clients: %w", err)
	}
	return s.drain(ctx, cursor)
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
