package mongostore

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/store"
)

// dismissalDocument is a pair of clients that were dismissed as duplicates.
type dismissalDocument struct {
	First          int64  `bson:"first"`
	Second         int64  `bson:"second"`
	FirstIdentity  []byte `bson:"firstIdentity"`
	SecondIdentity []byte `bson:"secondIdentity"`
}

// withIdentity selects live clients with an identity key.
func withIdentity(scope client.Scope) query.Query {
	q := query.Live(scope, bson.D{{Key: schema.FieldIdentities, Value: bson.D{{Key: "$gt", Value: ""}}}})
	q.Rest = query.Visible(scope)
	return q
}

// SharedKeys implements store.Store. The database reads the identity keys of the business
// once, by their index, and returns those with several clients. It stores no further
// clients of a key with more than most.
func (r *clientReads) SharedKeys(ctx context.Context, scope client.Scope, most int) ([]store.SharedKey, error) {
	cursor, err := r.db.Collection(schema.Clients).Aggregate(ctx, append(withIdentity(scope).Stages(),
		bson.D{{Key: "$project", Value: bson.D{{Key: schema.FieldIdentities, Value: 1}}}},
		bson.D{{Key: "$unwind", Value: "$" + schema.FieldIdentities}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: schema.FieldID, Value: "$" + schema.FieldIdentities},
			{Key: "clients", Value: bson.D{{Key: "$firstN", Value: bson.D{{Key: "input", Value: "$" + schema.FieldID}, {Key: "n", Value: most}}}}},
			{Key: "count", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "count", Value: bson.D{{Key: "$gte", Value: 2}, {Key: "$lte", Value: most}}}}}},
	), options.Aggregate().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find shared keys: %w", err)
	}
	var stored []struct {
		Key     string  `bson:"_id"`
		Clients []int64 `bson:"clients"`
	}
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read shared keys: %w", err)
	}
	keys := make([]store.SharedKey, len(stored))
	for i, row := range stored {
		slices.Sort(row.Clients)
		keys[i] = store.SharedKey{Key: row.Key, ClientIDs: row.Clients}
	}
	return keys, nil
}

// Dismissals implements store.Store.
func (e *exports) Dismissals(ctx context.Context, scope client.Scope, wanted func(store.IDPair) bool) ([]store.Dismissal, error) {
	cursor, err := e.db.Collection(schema.Dismissals).Find(ctx, query.Tenant(scope), options.Find().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find dismissals: %w", err)
	}
	defer func() {
		// The database closes cursors by itself after some time; this only frees it
		// earlier.
		_ = cursor.Close(context.WithoutCancel(ctx))
	}()
	var dismissals []store.Dismissal
	for cursor.Next(ctx) {
		var d dismissalDocument
		if err := cursor.Decode(&d); err != nil {
			return nil, fmt.Errorf("read a dismissal: %w", err)
		}
		if pair := (store.IDPair{d.First, d.Second}); wanted(pair) {
			dismissals = append(dismissals, store.Dismissal{Pair: pair, Identities: [2][]byte{d.FirstIdentity, d.SecondIdentity}})
		}
	}
	if err := cursor.Err(); err != nil {
		return nil, fmt.Errorf("read dismissals: %w", err)
	}
	return dismissals, nil
}

// duplicateTx implements store.DuplicateTx.
type duplicateTx struct{ *unit }

// Dismiss implements store.DuplicateTx.
func (t *duplicateTx) Dismiss(ctx context.Context, dismissals []store.Dismissal) error {
	writes := make([]mongo.WriteModel, len(dismissals))
	for i, d := range dismissals {
		t.refer(d.Pair[:]...)
		pair := append(query.Tenant(t.scope), bson.E{Key: "first", Value: d.Pair[0]}, bson.E{Key: "second", Value: d.Pair[1]})
		writes[i] = mongo.NewUpdateOneModel().SetFilter(pair).SetUpsert(true).SetUpdate(bson.D{{Key: "$set", Value: bson.D{
			{Key: "firstIdentity", Value: d.Identities[0]},
			{Key: "secondIdentity", Value: d.Identities[1]},
		}}})
	}
	_, err := t.store.db.Collection(schema.Dismissals).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true))
	if mongo.IsDuplicateKeyError(err) {
		// Another transaction dismissed one of the pairs at the same time.
		return transact.AsConflict(err)
	}
	if err != nil {
		return fmt.Errorf("store dismissals: %w", err)
	}
	return nil
}

// TakeBackDismissals implements store.DuplicateTx.
func (t *duplicateTx) TakeBackDismissals(ctx context.Context, clientIDs []int64) (int64, error) {
	among := bson.D{{Key: "$in", Value: clientIDs}}
	pairs := append(query.Tenant(t.scope), bson.E{Key: "first", Value: among}, bson.E{Key: "second", Value: among})
	result, err := t.store.db.Collection(schema.Dismissals).DeleteMany(ctx, pairs)
	if err != nil {
		return 0, fmt.Errorf("take dismissals back: %w", err)
	}
	return result.DeletedCount, nil
}
