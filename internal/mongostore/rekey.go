package mongostore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// rekeying is the condition that a business is marked: see anyAccount.
func rekeying() bson.D { return bson.D{{Key: "$gte", Value: int64(0)}} }

// MarkedBusinesses implements store.Store.
func (s *Store) MarkedBusinesses(ctx context.Context) ([]int64, error) {
	cursor, err := s.db.Collection(businessesName).Find(ctx, bson.D{{Key: "rekeyedTo", Value: rekeying()}})
	if err != nil {
		return nil, fmt.Errorf("find businesses: %w", err)
	}
	var stored []businessDocument
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read businesses: %w", err)
	}
	ids := make([]int64, len(stored))
	for i := range stored {
		ids[i] = stored[i].BusinessID
	}
	return ids, nil
}

// Business implements store.BusinessTx.
func (t *transaction) Business(ctx context.Context) (*client.Business, error) {
	return t.store.Business(ctx, t.scope)
}

// SaveBusiness implements store.BusinessTx.
func (t *transaction) SaveBusiness(ctx context.Context, business *client.Business) error {
	return t.store.saveBusiness(ctx, business)
}

// Rekeyed implements store.BusinessTx.
func (t *transaction) Rekeyed(ctx context.Context, settings search.Settings) error {
	keys, err := t.store.feedRekeyState(ctx, t.scope.BusinessID)
	if err != nil {
		return err
	}
	if keys != nil {
		return t.rekeys(ctx, bson.D{{Key: "keying", Value: settingsDocument(settings)}})
	}
	// Who began before conflicts at the counter, and who begins later reads it.
	counters, key := t.store.db.Collection(countersName), changeCounter(t.scope)
	_, err = counters.UpdateOne(ctx, key.filter(),
		bson.D{
			{Key: "$set", Value: bson.D{{Key: "keying", Value: settingsDocument(settings)}}},
			{Key: "$inc", Value: bson.D{{Key: "value", Value: int64(0)}}},
			{Key: "$setOnInsert", Value: bson.D{{Key: "keyVersion", Value: search.RulesVersion}}},
		},
		options.UpdateOne().SetUpsert(true))
	if madeMeanwhile(err) {
		return key.taken(ctx, counters, err)
	}
	if err != nil {
		return fmt.Errorf("store the settings of keys: %w", err)
	}
	return nil
}

// RekeyState implements store.Store.
func (s *Store) RekeyState(ctx context.Context, scope client.Scope) (search.RekeyState, error) {
	keys, err := s.findFeedRekeyState(ctx, scope.BusinessID)
	if err != nil {
		return search.RekeyState{}, err
	}
	if keys != nil {
		return keys.state(), nil
	}
	c, err := s.findCounter(ctx, changeCounter(scope))
	if errors.Is(err, mongo.ErrNoDocuments) {
		return search.RekeyState{Version: search.RulesVersion}, nil
	}
	if err != nil {
		return search.RekeyState{}, fmt.Errorf("find the counter of a business: %w", err)
	}
	return search.RekeyState{Version: c.RulesVersion, Target: c.RekeyTo}, nil
}

// OutdatedBusinesses implements store.Store. Each business has a feed, or a counter.
func (s *Store) OutdatedBusinesses(ctx context.Context, version string) ([]int64, error) {
	ids, err := s.outdatedFeeds(ctx, version)
	if err != nil {
		return nil, err
	}
	counters, err := s.outdatedCounters(ctx, version)
	return append(ids, counters...), err
}

func (s *Store) outdatedFeeds(ctx context.Context, version string) ([]int64, error) {
	earlier := bson.D{{Key: "$lt", Value: version}}
	cursor, err := s.db.Collection(feedsName).Find(ctx,
		bson.D{{Key: keyPart, Value: partKeys}, {Key: "keyVersion", Value: earlier}, {Key: "rekeyTo", Value: earlier}},
		options.Find().SetProjection(bson.D{{Key: keyBusiness, Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("find feeds with old keys: %w", err)
	}
	return readBusinesses(ctx, cursor)
}

// outdatedCounters are the same of businesses whose rows are numbered in their
// transactions.
func (s *Store) outdatedCounters(ctx context.Context, version string) ([]int64, error) {
	cursor, err := s.db.Collection(countersName).Find(ctx, append(changeCounters(), bson.E{Key: "value", Value: bson.D{{Key: "$ne", Value: moved}}}))
	if err != nil {
		return nil, fmt.Errorf("find counters: %w", err)
	}
	var stored []struct {
		Name         string `bson:"_id"`
		RulesVersion string `bson:"keyVersion"`
		RekeyTo      string `bson:"rekeyTo"`
	}
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	var ids []int64
	for _, c := range stored {
		id, err := strconv.ParseInt(strings.TrimPrefix(c.Name, changesPrefix), 10, 64)
		if err == nil && c.RulesVersion < version && c.RekeyTo < version {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// RekeyState implements store.BusinessTx.
func (t *transaction) RekeyState(ctx context.Context) (search.RekeyState, error) {
	return t.store.RekeyState(ctx, t.scope)
}

// PutRekeyState implements store.BusinessTx.
func (t *transaction) PutRekeyState(ctx context.Context, state search.RekeyState) error {
	set := bson.D{{Key: "keyVersion", Value: state.Version}, {Key: "rekeyTo", Value: state.Target}}
	keys, err := t.store.feedRekeyState(ctx, t.scope.BusinessID)
	if err != nil {
		return err
	}
	if keys != nil {
		return t.rekeys(ctx, set)
	}
	counters, key := t.store.db.Collection(countersName), changeCounter(t.scope)
	_, err = counters.UpdateOne(ctx, key.filter(),
		bson.D{
			{Key: "$set", Value: set},
			{Key: "$inc", Value: bson.D{{Key: "value", Value: int64(0)}}},
		}, options.UpdateOne().SetUpsert(true))
	if madeMeanwhile(err) {
		return key.taken(ctx, counters, err)
	}
	if err != nil {
		return fmt.Errorf("store the rules of keys: %w", err)
	}
	return nil
}

// admitVersion says, where clients are keyed by a later version than this
// program's, that some now are not: whoever has that version makes their keys anew.
func (t *transaction) admitVersion(ctx context.Context, keys *feedRekeyState) error {
	if max(keys.RulesVersion, keys.RekeyTo) <= search.RulesVersion {
		return nil
	}
	return t.PutRekeyState(ctx, search.RekeyState{Version: min(keys.RulesVersion, search.RulesVersion)})
}

// followKeys keys the clients that the transaction wrote by what clients of the
// business are keyed by now.
func (t *transaction) followKeys(ctx context.Context, keys *feedRekeyState) error {
	if err := t.admitVersion(ctx, keys); err != nil {
		return err
	}
	return t.correctKeys(ctx, keys.Settings)
}

// ClientsAfter implements store.BusinessTx.
func (t *transaction) ClientsAfter(ctx context.Context, id int64, limit int) ([]*client.Client, error) {
	q := query{core: append(tenant(t.scope), bson.E{Key: keyID, Value: bson.D{{Key: "$gt", Value: id}}})}
	return t.store.read(ctx, q, window{sort: ascending(keyID), limit: int64(limit)}, client.SelectAll())
}

// SaveKeys implements store.BusinessTx.
func (t *transaction) SaveKeys(ctx context.Context, before, after []*client.Client) error {
	var writes []mongo.WriteModel
	for i := range before {
		update, err := t.store.codec.difference(before[i], after[i])
		if err != nil {
			return err
		}
		if len(update) > 0 {
			filter := bson.D{{Key: keyBusiness, Value: t.scope.BusinessID}, {Key: keyID, Value: before[i].ClientID}}
			writes = append(writes, mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(update))
		}
	}
	if len(writes) == 0 {
		return nil
	}
	if _, err := t.store.db.Collection(clientsName).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true)); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// correctKeys remakes the keys of the clients that the transaction wrote, where the
// business's settings changed since they were made: the pass over all clients has
// gone past these, or has not seen them.
func (t *transaction) correctKeys(ctx context.Context, now *settingsDocument) error {
	if now == nil {
		return nil
	}
	indexer := t.store.indexer(search.Settings(*now))
	var before, after []*client.Client
	for _, c := range t.written {
		indexed := c.Clone()
		indexer.PrepareIndex(indexed)
		before, after = append(before, c), append(after, indexed)
	}
	return t.SaveKeys(ctx, before, after)
}

// indexer is the indexer of the settings.
func (s *Store) indexer(settings search.Settings) *search.Indexer {
	return s.indexers.Of(settings)
}
