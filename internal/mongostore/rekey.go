package mongostore

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/search"
)

// RekeyingBusinesses implements store.Store.
func (b *businesses) RekeyingBusinesses(ctx context.Context) ([]int64, error) {
	stored, err := query.FindAll[businessDocument](ctx, b.db.Collection(schema.Businesses), "businesses", bson.D{{Key: "rekeyedTo", Value: schema.RekeyPending()}}, options.Find())
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(stored))
	for i := range stored {
		ids[i] = stored[i].BusinessID
	}
	return ids, nil
}

// settingsTx implements store.BusinessTx and store.DefinitionTx.
type settingsTx struct{ *unit }

// Business implements store.BusinessTx.
func (t *settingsTx) Business(ctx context.Context) (*client.Business, error) {
	return t.store.Business(ctx, t.scope)
}

// SaveBusiness implements store.BusinessTx.
func (t *settingsTx) SaveBusiness(ctx context.Context, business *client.Business) error {
	return t.store.saveBusiness(ctx, business)
}

// Rekeyed implements store.BusinessTx.
func (t *settingsTx) Rekeyed(ctx context.Context, settings search.Settings) error {
	return t.store.feed.SetSettings(ctx, t.scope.BusinessID, settings)
}

// RekeyState implements store.Store.
func (b *businesses) RekeyState(ctx context.Context, scope client.Scope) (search.RekeyState, error) {
	return b.feed.RekeyState(ctx, scope.BusinessID)
}

// OutdatedBusinesses implements store.Store.
func (b *businesses) OutdatedBusinesses(ctx context.Context, version string) ([]int64, error) {
	return b.feed.Outdated(ctx, version)
}

// RekeyState implements store.BusinessTx.
func (t *settingsTx) RekeyState(ctx context.Context) (search.RekeyState, error) {
	return t.store.RekeyState(ctx, t.scope)
}

// PutRekeyState implements store.BusinessTx.
func (t *settingsTx) PutRekeyState(ctx context.Context, state search.RekeyState) error {
	return t.store.feed.SetRekeyState(ctx, t.scope.BusinessID, state)
}

// admitVersion lowers the stored version of the business's keys if it is later than this
// program's, so that a program with that version rekeys the clients that this one wrote.
func (t *settingsTx) admitVersion(ctx context.Context, keys *feed.WriterState) error {
	if max(keys.RulesVersion, keys.RekeyTo) <= search.RulesVersion {
		return nil
	}
	return t.PutRekeyState(ctx, search.RekeyState{Version: min(keys.RulesVersion, search.RulesVersion)})
}

// followKeys recomputes the keys of the clients that the transaction wrote if the
// business has other settings or rules by now.
func (t *settingsTx) followKeys(ctx context.Context, keys *feed.WriterState) error {
	if err := t.admitVersion(ctx, keys); err != nil {
		return err
	}
	return t.correctKeys(ctx, keys.Settings)
}

// ClientsAfter implements store.BusinessTx.
func (t *settingsTx) ClientsAfter(ctx context.Context, id int64, limit int) ([]*client.Client, error) {
	q := query.Query{Core: append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: bson.D{{Key: "$gt", Value: id}}})}
	return t.store.read(ctx, q, query.Window{Sort: schema.Ascending(schema.FieldID), Limit: int64(limit)}, client.SelectAll())
}

// SaveKeys implements store.BusinessTx.
func (t *settingsTx) SaveKeys(ctx context.Context, before, after []*client.Client) error {
	var writes []mongo.WriteModel
	for i := range before {
		if update := t.store.codec.Difference(before[i], after[i]); len(update) > 0 {
			filter := bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldID, Value: before[i].ClientID}}
			writes = append(writes, mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(update))
		}
	}
	if len(writes) == 0 {
		return nil
	}
	if _, err := t.store.db.Collection(schema.Clients).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true)); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// correctKeys recomputes the keys of the clients that the transaction wrote if the
// business's settings changed since they were computed: Rekey may have passed these
// clients already.
func (t *settingsTx) correctKeys(ctx context.Context, now *counters.Settings) error {
	if now == nil {
		return nil
	}
	indexer := t.store.indexer(search.Settings(*now))
	var before, after []*client.Client
	for _, c := range t.written {
		if c.KeyedBy == indexer.Settings().Name() {
			continue
		}
		indexed := c.Clone()
		indexer.PrepareIndex(indexed)
		before, after = append(before, c), append(after, indexed)
	}
	return t.SaveKeys(ctx, before, after)
}

// indexer returns the indexer for those settings.
func (s *Store) indexer(settings search.Settings) *search.Indexer {
	return s.indexers.Of(settings)
}

// remakeKeys recomputes the search and sort keys of those clients with the current
// settings and rules.
func (s *Store) remakeKeys(ctx context.Context, businessID int64, clientIDs []int64) error {
	scope := client.Scope{BusinessID: businessID, Rows: client.Rows{All: true}}
	for ids := range slices.Chunk(clientIDs, rekeyBatch) {
		err := transact.Run(ctx, s.db, func(ctx context.Context) error {
			t := newTransaction(s, scope, nil)
			keys, err := s.feed.FindWriterState(ctx, businessID)
			if err != nil || keys == nil {
				return err
			}
			q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: schema.FieldID, Value: query.In(ids)})}
			if t.written, err = s.read(ctx, q, query.Window{}, client.SelectAll()); err != nil {
				return err
			}
			return t.followKeys(ctx, keys)
		})
		if err != nil {
			return fmt.Errorf("remake keys: %w", err)
		}
	}
	return nil
}

// rekeyBatch is the number of clients that one transaction rekeys.
const rekeyBatch = 100
