package mongostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/jobs"
	"clientgraph/internal/mongostore/lease"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/mongostore/webhooks"
	"clientgraph/internal/store"
)

// Write implements store.Store.
func (s *Store) Write(ctx context.Context, scope client.Scope, do func(context.Context, store.Tx) error) error {
	// Rules bound the reads of a write, so the operation's row budget does not apply.
	ctx = client.WithRowBudget(ctx, nil)
	tx, err := s.attempts(ctx, scope, do)
	if errors.Is(err, feed.ErrNotOpen) {
		if err = s.feed.Open(ctx, scope.BusinessID); err == nil {
			tx, err = s.attempts(ctx, scope, do)
		}
	}
	if err == nil && tx.left {
		s.feed.Wake(scope.BusinessID) //nolint:contextcheck // s.feed.Wake(scope.BusinessID) //nolint:contextcheck // It continues after the request.
	}
	return transact.AsTooLarge(err)
}

// Snapshot implements store.Store.
func (s *Store) Snapshot(ctx context.Context, read func(context.Context) error) error {
	if mongo.SessionFromContext(ctx) != nil {
		return read(ctx)
	}
	return transact.Run(ctx, s.db, read)
}

// transaction implements store.Tx: it writes clients, and its parts write what each kind
// of use case needs.
type transaction struct {
	*unit
	answerTx
	duplicateTx
	eraseTx
	importTx
	jobs.JobTx
	mergeTx
	schedulerTx
	settingsTx
	webhooks.WebhookTx
}

// newTransaction begins one attempt of a write. held is nil in the store's own
// transactions.
func newTransaction(s *Store, scope client.Scope, held *lease.Lease) *transaction {
	u := &unit{store: s, scope: scope, lease: held}
	return &transaction{
		unit: u, answerTx: answerTx{unit: u}, duplicateTx: duplicateTx{u}, eraseTx: eraseTx{unit: u}, importTx: importTx{unit: u}, JobTx: s.JobStore.Tx(scope),
		mergeTx: mergeTx{unit: u}, schedulerTx: schedulerTx{unit: u}, settingsTx: settingsTx{u}, WebhookTx: s.WebhookStore.Tx(scope),
	}
}

// Clients implements store.Tx.
func (t *transaction) Clients(ctx context.Context, ids []int64) (map[int64]*client.Client, error) {
	found, err := readStored(ctx, t.store.clientReads, t.store.codec, t.scope, ids, client.SelectAll())
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*client.Client, len(found))
	for _, c := range found {
		byID[c.ClientID] = c
	}
	if t.scope.Rows.All {
		// Merged clients are stored too.
		if t.unknown == nil {
			t.unknown = map[int64]bool{}
		}
		for _, id := range ids {
			t.unknown[id] = byID[id] == nil
		}
	}
	maps.DeleteFunc(byID, func(_ int64, c *client.Client) bool { return isMerged(c) })
	return byID, nil
}

// ByAccount implements store.Tx.
func (t *transaction) ByAccount(ctx context.Context, accountIDs []int64) (map[int64]*client.Client, error) {
	q := query.Query{Core: append(query.Tenant(t.scope), bson.E{Key: schema.FieldAccounts, Value: query.In(query.NonNil(accountIDs))})}
	q.Rest = append(query.Visible(t.scope), bson.E{Key: schema.FieldLifecycle, Value: client.Live})
	found, err := t.store.read(ctx, q, query.Window{}, client.SelectAll())
	if err != nil {
		return nil, err
	}
	byAccount := make(map[int64]*client.Client, len(found))
	for _, c := range found {
		for _, id := range c.AccountIDs {
			byAccount[id] = c
		}
	}
	return byAccount, nil
}

// Viewers implements store.Tx.
func (t *transaction) Viewers(ctx context.Context, subjectID int64) ([]*client.Client, error) {
	found, err := t.store.Viewers(ctx, t.scope, []int64{subjectID}, client.SelectAll())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(viewer *client.Client) bool { return viewer.ClientAccountID == nil }), nil
}

// Known implements store.Tx.
func (t *transaction) Known(ctx context.Context, ids []int64) ([]int64, error) {
	var known []int64
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		found, err := t.idsOf(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: query.In(chunk)}), 0)
		if err != nil {
			return nil, err
		}
		known = append(known, found...)
	}
	return known, nil
}

// KnownViewers implements store.Tx, with one command for each lifecycle, because the
// index has that before the edges.
func (t *transaction) KnownViewers(ctx context.Context, subjectID, limit int64) ([]int64, error) {
	var viewers []int64
	for _, stage := range []client.Lifecycle{client.Live, client.Removed} {
		found, err := t.idsOf(ctx, append(query.Tenant(t.scope),
			bson.E{Key: schema.FieldLifecycle, Value: stage}, bson.E{Key: schema.FieldSubjects, Value: subjectID}), limit)
		if err != nil {
			return nil, err
		}
		viewers = append(viewers, found...)
	}
	return client.SortedSet(viewers), nil
}

// idsOf finds the ids of clients by an index alone.
func (t *transaction) idsOf(ctx context.Context, core bson.D, limit int64) ([]int64, error) {
	found, err := t.store.read(ctx, query.Query{Core: core}, query.Window{Sort: schema.Ascending(schema.FieldID), Limit: limit}, client.Selection{})
	ids := make([]int64, len(found))
	for i, c := range found {
		ids[i] = c.ClientID
	}
	return ids, err
}

// ChangesSince implements store.Tx.
func (t *transaction) ChangesSince(ctx context.Context, clientID, version int64) ([]history.Change, error) {
	query := bson.D{
		{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
		{Key: "clientId", Value: clientID},
		{Key: schema.FieldVersion, Value: bson.D{{Key: "$gt", Value: version}}},
	}
	cursor, err := t.store.db.Collection(schema.History).Find(ctx, query,
		options.Find().SetSort(schema.Ascending(schema.FieldVersion)).SetProjection(bson.D{{Key: "changes.path", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("find history: %w", err)
	}
	var rows []struct {
		Changes []struct {
			Path string `bson:"path"`
		} `bson:"changes"`
	}
	if err := cursor.All(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	var changes []history.Change
	for _, row := range rows {
		for _, change := range row.Changes {
			changes = append(changes, history.Change{Path: change.Path})
		}
	}
	return changes, nil
}

// Insert implements store.Tx.
func (t *transaction) Insert(_ context.Context, c *client.Client, entry history.Entry) error {
	c.ChangeNumber = t.raise(c.ClientID, 0)
	t.writes = append(t.writes, mongo.NewInsertOneModel().SetDocument(t.store.codec.Encode(c)))
	t.inserts++
	t.touch(nil, c)
	t.record(nil, c, entry, history.KindUpserted)
	return nil
}

// Save implements store.Tx.
func (t *transaction) Save(_ context.Context, before, after *client.Client, entry history.Entry, kind history.Kind) error {
	t.put(before, after)
	t.record(before, after, entry, kind)
	return nil
}

// flush writes all that the transaction collected, in one command if the database
// supports that for several collections: first the idempotency keys, so that two writes
// with one key conflict early, then the records and their history, and last the rows of
// the feed.
func (t *transaction) flush(ctx context.Context) error {
	keys := []transact.Part{t.answerTx.part(), t.importTx.part(), t.slotPart()}
	writes := slices.Concat(t.removals, t.replacements, t.writes)
	if len(writes) == 0 {
		// The transaction may not have begun with a read.
		if err := t.store.writer.WriteEach(ctx, append(keys, t.schedulerTx.parts()...)); err != nil {
			return err
		}
		return t.eraseTx.flush(ctx)
	}
	var err error
	if t.rekeyState, err = t.store.feed.WriterState(ctx, t.scope.BusinessID); err != nil {
		return err
	}
	if t.rekeyState != nil {
		if err := t.heed(ctx, t.rekeyState); err != nil {
			return err
		}
	}
	parts := slices.Concat(keys, []transact.Part{t.clientPart(writes), transact.Inserts(schema.History, t.history)}, t.mergeTx.parts(), t.schedulerTx.parts())
	if t.rekeyState != nil {
		parts = append(parts, feed.OutboxParts(t.changes, t.rekeyState.Epoch)...)
		t.left = len(t.changes) > 0
	}
	if err := t.store.writer.Write(ctx, parts); err != nil {
		return err
	}
	if err := t.eraseTx.flush(ctx); err != nil {
		return err
	}
	if err := t.closeJournals(ctx); err != nil {
		return err
	}
	if t.rekeyState != nil {
		return t.followKeys(ctx, t.rekeyState)
	}
	return t.store.feed.Number(ctx, t.scope.BusinessID, t.changes, t.followKeys)
}

// clientPart returns the writes of the records.
func (t *transaction) clientPart(writes []mongo.WriteModel) transact.Part {
	return transact.Part{
		Collection: schema.Clients, Writes: writes, Affected: t.updates + t.inserts + int64(len(t.removals)+len(t.replacements)),
		Taken: func(err error) error {
			t.store.ids.drop()
			return fmt.Errorf("%w: %w", store.ErrIDTaken, err)
		},
	}
}

// attempts returns the attempts of one write, with a lease for when they need one.
func (s *Store) attempts(ctx context.Context, scope client.Scope, do func(context.Context, store.Tx) error) (*transaction, error) {
	held := lease.New(s.db, s.feed, scope.BusinessID)
	defer held.End(ctx)
	var tx *transaction
	err := transact.Repeat(ctx, s.db, func(ctx context.Context) error {
		tx = newTransaction(s, scope, held)
		if err := do(ctx, tx); err != nil {
			return err
		}
		return tx.flush(ctx)
	}, func(ctx context.Context, since time.Duration, err error) error {
		return held.Met(ctx, since, tx.touched(), err)
	})
	return tx, err
}
