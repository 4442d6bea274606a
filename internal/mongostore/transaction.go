package mongostore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/store"
)

// Write implements store.Store.
func (s *Store) Write(ctx context.Context, scope client.Scope, do func(context.Context, store.Tx) error) error {
	// What a write reads is bounded by its rules, not by what else is asked.
	ctx = client.WithRowBudget(ctx, nil)
	tx, err := s.attempts(ctx, scope, do)
	if errors.Is(err, errNoFeed) {
		if err = s.openFeed(ctx, scope.BusinessID); err == nil {
			tx, err = s.attempts(ctx, scope, do)
		}
	}
	if err == nil && tx.left {
		s.numberer.wake(scope.BusinessID) //nolint:contextcheck // It is none of the request, which may end before.
	}
	return asTooLarge(err)
}

// Snapshot implements store.Store.
func (s *Store) Snapshot(ctx context.Context, read func(context.Context) error) error {
	if mongo.SessionFromContext(ctx) != nil {
		return read(ctx)
	}
	return s.inTransaction(ctx, read)
}

// transaction implements store.Tx. It keeps what is to be written until the
// end, so that the rows of one collection go in one command.
type transaction struct {
	store   *Store
	scope   client.Scope
	writes  []mongo.WriteModel
	updates int64
	// removals and replacements are of records that give up a unique key. On the
	// embedded engine that is free for others only when the document is deleted, so
	// they are deleted, and inserted again, before anything else is written.
	removals     []mongo.WriteModel
	replacements []mongo.WriteModel
	history      []any
	changes      []bson.D
	// raised are, by client, the numbers of the last rows about it.
	raised map[int64]int64
	// viewers are those whose edges change.
	viewers []int64
	// lease is nil in transactions of the store's own.
	lease *lease
	// rekeyState is what the transaction read of the settings and rules that its
	// business's search and sort keys are of; nil while rows are numbered in their
	// transactions.
	rekeyState *feedRekeyState
	// left says that rows wait in the outbox for their numbers.
	left bool
	// written are the clients, as they are then.
	written    []*client.Client
	feed       feedWrites
	journal    journalWrites
	neighbours map[int64]neighbourDocument
	keys       answerWrites
	// imported is how far an import came with the transaction; nil for others.
	imported *importDocument
	slots    map[int64]bool
	// referred are the clients whom something is written about; see refer.
	referred []int64
	// tombstones are of the clients that the transaction erases.
	tombstones []tombstoneDocument
	// pendingSubjects are, by the id of an erased client, the clients whose change rows
	// are still to be written; see store.EraseTx.
	pendingSubjects map[int64][]int64
}

// Clients implements store.Tx.
func (t *transaction) Clients(ctx context.Context, ids []int64) (map[int64]*client.Client, error) {
	found, err := t.store.ClientsByID(ctx, t.scope, ids, true, client.SelectAll())
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*client.Client, len(found))
	for _, c := range found {
		byID[c.ClientID] = c
	}
	return byID, nil
}

// ByAccount implements store.Tx.
func (t *transaction) ByAccount(ctx context.Context, accountIDs []int64) (map[int64]*client.Client, error) {
	q := query{core: append(tenant(t.scope), bson.E{Key: keyAccounts, Value: in(nonNil(accountIDs))})}
	q.rest = append(visible(t.scope), bson.E{Key: keyLifecycle, Value: client.Live})
	found, err := t.store.read(ctx, q, window{}, client.SelectAll())
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

// ChangesSince implements store.Tx.
func (t *transaction) ChangesSince(ctx context.Context, clientID, version int64) ([]history.Change, error) {
	query := bson.D{
		{Key: keyBusiness, Value: t.scope.BusinessID},
		{Key: "clientId", Value: clientID},
		{Key: keyVersion, Value: bson.D{{Key: "$gt", Value: version}}},
	}
	cursor, err := t.store.db.Collection(historyName).Find(ctx, query,
		options.Find().SetSort(ascending(keyVersion)).SetProjection(bson.D{{Key: "changes.path", Value: 1}}))
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
	t.writes = append(t.writes, mongo.NewInsertOneModel().SetDocument(t.store.codec.encode(c)))
	t.touch(nil, c)
	t.record(nil, c, entry, history.KindUpserted)
	return nil
}

// Save implements store.Tx.
func (t *transaction) Save(_ context.Context, before, after *client.Client, entry history.Entry, kind history.Kind) error {
	if err := t.put(before, after); err != nil {
		return err
	}
	t.record(before, after, entry, kind)
	return nil
}

// put writes what differs between two states of a client.
func (t *transaction) put(before, after *client.Client) error {
	t.touch(before, after)
	after.ChangeNumber = t.raise(before.ClientID, before.ChangeNumber)
	filter := bson.D{{Key: keyBusiness, Value: t.scope.BusinessID}, {Key: keyID, Value: before.ClientID}}
	if login := before.ClientAccountID; login != nil && (after.ClientAccountID == nil || *after.ClientAccountID != *login) {
		t.removals = append(t.removals, mongo.NewDeleteOneModel().SetFilter(filter))
		t.replacements = append(t.replacements, mongo.NewInsertOneModel().SetDocument(t.store.codec.encode(after)))
		return nil
	}
	update, err := t.store.codec.difference(before, after)
	if err != nil {
		return err
	}
	t.update(before, update)
	return nil
}

// record adds the history row and the feed row of a write.
func (t *transaction) record(before, after *client.Client, entry history.Entry, kind history.Kind) {
	t.announce(before, after, entry, kind, t.keep(entry))
}

// keep adds the history row of a write, and returns the paths of its changes.
func (t *transaction) keep(entry history.Entry) bson.A {
	paths := bson.A{}
	changes := make(bson.A, len(entry.Changes))
	for i, change := range entry.Changes {
		document := bson.D{{Key: "path", Value: change.Path}}
		if change.Before != nil {
			document = append(document, bson.E{Key: "before", Value: t.store.codec.encodeChange(change.Path, change.Before)})
		}
		if change.After != nil {
			document = append(document, bson.E{Key: "after", Value: t.store.codec.encodeChange(change.Path, change.After)})
		}
		changes[i] = document
		paths = append(paths, change.Path)
	}
	row := bson.D{
		{Key: keyBusiness, Value: t.scope.BusinessID},
		{Key: "clientId", Value: entry.ClientID},
		{Key: keyVersion, Value: entry.Version},
		{Key: "at", Value: entry.At},
		{Key: "user", Value: entry.User},
		{Key: "role", Value: string(entry.Role)},
		{Key: "operation", Value: string(entry.Operation)},
		{Key: "requestId", Value: entry.RequestID},
	}
	if entry.MergeID != 0 {
		row = append(row, bson.E{Key: "mergeId", Value: entry.MergeID})
	}
	t.history = append(t.history, append(row, bson.E{Key: "changes", Value: changes}))
	return paths
}

// announce adds the feed row of a write. Of entry it reads when and what the
// write was.
func (t *transaction) announce(before, after *client.Client, entry history.Entry, kind history.Kind, paths bson.A) {
	if kind != history.KindErased {
		t.written = append(t.written, after)
	}
	t.changes = append(t.changes, t.row(before, after, entry, kind, paths))
}

// row is a row of the feed, but for its sequence number. The client's change number
// was raised before.
func (t *transaction) row(before, after *client.Client, entry history.Entry, kind history.Kind, paths bson.A) bson.D {
	row := bson.D{
		{Key: keyBusiness, Value: t.scope.BusinessID},
		{Key: "at", Value: entry.At},
		{Key: "kind", Value: string(kind)},
		{Key: "clientId", Value: entry.ClientID},
		{Key: keyChange, Value: t.raised[entry.ClientID]},
		{Key: keyVersion, Value: entry.Version},
		{Key: "changedPaths", Value: paths},
		{Key: "visibilityAfter", Value: after.VisibilityKeys()},
	}
	if before != nil {
		row = append(row, bson.E{Key: "visibilityBefore", Value: before.VisibilityKeys()})
	}
	if entry.MergedIntoClientID != 0 {
		row = append(row, bson.E{Key: "mergedIntoClientId", Value: entry.MergedIntoClientID})
	}
	return append(row, subjectChanges(before, after)...)
}

// flush writes what was kept: first the keys, for whoever uses one at the same
// time to learn of it soonest, then the records, their history, and last the
// rows of the feed.
func (t *transaction) flush(ctx context.Context) error {
	if err := t.flushKeys(ctx); err != nil {
		return err
	}
	if err := t.flushImported(ctx); err != nil {
		return err
	}
	if err := t.flushSlots(ctx); err != nil {
		return err
	}
	writes := slices.Concat(t.removals, t.replacements, t.writes)
	if len(writes) == 0 {
		if err := t.flushTombstones(ctx); err != nil {
			return err
		}
		return t.flushFeed(ctx)
	}
	var err error
	if t.rekeyState, err = t.store.feedRekeyState(ctx, t.scope.BusinessID); err != nil {
		return err
	}
	if t.rekeyState != nil {
		if err := t.heed(ctx, t.rekeyState); err != nil {
			return err
		}
	}
	db := t.store.db
	result, err := db.Collection(clientsName).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true))
	if mongo.IsDuplicateKeyError(err) {
		t.store.clientIDs.drop()
		t.store.accountIDs.drop()
		return fmt.Errorf("%w: %w", store.ErrIDTaken, err)
	}
	if err != nil {
		return fmt.Errorf("write clients: %w", err)
	}
	if gone := t.updates - result.MatchedCount + int64(len(t.removals)) - result.DeletedCount; gone != 0 {
		return asConflict(fmt.Errorf("%d of %d clients are gone", gone, len(writes)))
	}
	if err := t.flushTombstones(ctx); err != nil {
		return err
	}
	if len(t.history) > 0 {
		if _, err := db.Collection(historyName).InsertMany(ctx, t.history); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
	}
	if err := t.flushJournal(ctx); err != nil {
		return err
	}
	if err := t.flushFeed(ctx); err != nil {
		return err
	}
	return t.flushChanges(ctx)
}

func (t *transaction) flushChanges(ctx context.Context) error {
	keys := t.rekeyState
	if keys == nil {
		return t.numberChanges(ctx)
	}
	if err := t.followKeys(ctx, keys); err != nil {
		return err
	}
	return t.writeOutbox(ctx, keys.Epoch)
}

// numberChanges gives the rows their numbers here and now, as all servers do until
// the last one of before the outbox is gone: see SwitchToOutbox. All who write
// clients of the business wait for each other at its counter.
func (t *transaction) numberChanges(ctx context.Context) error {
	counters, key := t.store.db.Collection(countersName), changeCounter(t.scope)
	counter, err := count(ctx, counters, key, int64(len(t.changes)))
	if madeMeanwhile(err) {
		return key.taken(ctx, counters, err)
	}
	if err != nil {
		return err
	}
	if err := t.followKeys(ctx, &feedRekeyState{Settings: counter.Settings, RulesVersion: counter.RulesVersion, RekeyTo: counter.RekeyTo}); err != nil {
		return err
	}
	last := counter.Value
	rows := make([]any, len(t.changes))
	for i, row := range t.changes {
		rows[i] = append(row, bson.E{Key: "sequence", Value: last - int64(len(t.changes)) + int64(i) + 1})
	}
	for batch := range slices.Chunk(rows, rowBatch) {
		if _, err := t.store.db.Collection(changesName).InsertMany(ctx, batch); err != nil {
			return fmt.Errorf("write the feed: %w", err)
		}
	}
	return nil
}
