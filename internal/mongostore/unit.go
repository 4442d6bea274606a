package mongostore

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/lease"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// unit collects the writes of a transaction for all its parts, and sends them at the end,
// so that the writes to one collection go in one command.
type unit struct {
	store *Store
	scope client.Scope
	// writes are writes of records: inserts of them are inserts, and updates of them
	// match that many documents.
	writes           []mongo.WriteModel
	inserts, updates int64
	// removals and replacements are of records that give up a unique key. The embedded
	// engine frees the key only when the document is deleted, so these records are
	// deleted and inserted again before all other writes.
	removals     []mongo.WriteModel
	replacements []mongo.WriteModel
	history      []any
	changes      []bson.D
	// raised has the number of the last row about each client.
	raised map[int64]int64
	// viewers are the clients whose edges change.
	viewers []int64
	// relied are the clients of RelyOn.
	relied []int64
	// lease is nil in the store's own transactions.
	lease *lease.Lease
	// rekeyState has the settings and rules for the business's search and sort keys that
	// the transaction has read; nil while rows are numbered in their transactions.
	rekeyState *feed.WriterState
	// left says that the transaction wrote rows into the outbox, which must be numbered.
	left bool
	// written are the written clients as they are after the transaction.
	written []*client.Client
	slots   map[int64]bool
	// unknown are ids that the transaction looked for and that no client of the business
	// has, not even a merged one.
	unknown map[int64]bool
	// referred are clients that the transaction writes about outside their records; see
	// refer.
	referred []int64
}

// raise returns the number of the next row about a client; read is the last number that
// the transaction has read.
func (t *unit) raise(clientID, read int64) int64 {
	if t.raised == nil {
		t.raised = map[int64]int64{}
	}
	t.raised[clientID] = max(read, t.raised[clientID]) + 1
	return t.raised[clientID]
}

// update updates a client's record. If it was changed after the transaction's snapshot,
// the update conflicts and the transaction runs again.
func (t *unit) update(c *client.Client, update bson.D) {
	t.writes = append(t.writes, mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldID, Value: c.ClientID}}).
		SetUpdate(update))
	t.updates++
}

// RelyOn implements store.Tx. It raises the change numbers although there are no feed
// rows for them, because only writes make two transactions conflict.
func (t *unit) RelyOn(ids []int64) {
	t.raiseStored(ids)
	t.relied = append(t.relied, ids...)
}

// raiseStored raises the change numbers of clients whose records the transaction does not
// write otherwise.
func (t *unit) raiseStored(clientIDs []int64) {
	for ids := range slices.Chunk(clientIDs, feed.RowBatch) {
		t.writes = append(t.writes, mongo.NewUpdateManyModel().
			SetFilter(append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: query.In(ids)})).
			SetUpdate(bson.D{{Key: "$inc", Value: bson.D{{Key: schema.FieldChange, Value: int64(1)}}}}))
		t.updates += int64(len(ids))
	}
}

// put writes the differences between two states of a client.
func (t *unit) put(before, after *client.Client) {
	t.touch(before, after)
	after.ChangeNumber = t.raise(before.ClientID, before.ChangeNumber)
	filter := bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldID, Value: before.ClientID}}
	if login := before.ClientAccountID; login != nil && (after.ClientAccountID == nil || *after.ClientAccountID != *login) {
		t.removals = append(t.removals, mongo.NewDeleteOneModel().SetFilter(filter))
		t.replacements = append(t.replacements, mongo.NewInsertOneModel().SetDocument(t.store.codec.Encode(after)))
		return
	}
	t.update(before, t.store.codec.Difference(before, after))
}

// record adds the history row and the feed row of a write.
func (t *unit) record(before, after *client.Client, entry history.Entry, kind history.Kind) {
	t.announce(before, after, entry, kind, t.keep(entry))
}

// keep adds the history row of a write, and returns the paths of its changes.
func (t *unit) keep(entry history.Entry) bson.A {
	paths := bson.A{}
	changes := make(bson.A, len(entry.Changes))
	for i, change := range entry.Changes {
		document := bson.D{{Key: "path", Value: change.Path}}
		if change.Before != nil {
			document = append(document, bson.E{Key: "before", Value: t.store.codec.EncodeChange(change.Path, change.Before)})
		}
		if change.After != nil {
			document = append(document, bson.E{Key: "after", Value: t.store.codec.EncodeChange(change.Path, change.After)})
		}
		changes[i] = document
		paths = append(paths, change.Path)
	}
	row := bson.D{
		{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
		{Key: "clientId", Value: entry.ClientID},
		{Key: schema.FieldVersion, Value: entry.Version},
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

// announce adds the feed row of a write. entry is used only for the time and the
// operation.
func (t *unit) announce(before, after *client.Client, entry history.Entry, kind history.Kind, paths bson.A) {
	if kind != history.KindErased {
		t.written = append(t.written, after)
	}
	t.changes = append(t.changes, t.row(before, after, entry, kind, paths))
}

// row returns a feed row without its sequence number. The client's change number must
// have been raised.
func (t *unit) row(before, after *client.Client, entry history.Entry, kind history.Kind, paths bson.A) bson.D {
	row := bson.D{
		{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
		{Key: "at", Value: entry.At},
		{Key: "kind", Value: string(kind)},
		{Key: "clientId", Value: entry.ClientID},
		{Key: schema.FieldChange, Value: t.raised[entry.ClientID]},
		{Key: schema.FieldVersion, Value: entry.Version},
		{Key: "changedPaths", Value: paths},
		{Key: "visibilityAfter", Value: after.VisibilityKeys()},
	}
	if before != nil {
		row = append(row, bson.E{Key: "visibilityBefore", Value: before.VisibilityKeys()})
	}
	if entry.MergedIntoClientID != 0 {
		row = append(row, bson.E{Key: "mergedIntoClientId", Value: entry.MergedIntoClientID})
	}
	return append(row, feed.SubjectChanges(before, after)...)
}

// lock makes other transactions that lock the same noun of the business wait for the end
// of this one.
func (t *unit) lock(ctx context.Context, noun string) error {
	return counters.Lock(ctx, t.store.db.Collection(schema.Counters), t.scope.BusinessID, noun)
}

// heed fails with transact.ErrLeased if a longer transaction has a lease on a client of
// this one.
func (t *unit) heed(ctx context.Context, keys *feed.WriterState) error {
	if t.lease == nil || !time.Now().Before(keys.LeasedUntil) {
		return nil
	}
	leased, err := t.lease.IsLeased(ctx, t.touched())
	if err == nil && leased {
		err = transact.ErrLeased
	}
	return err
}

// touched returns the ids of all clients that the transaction has written so far.
func (t *unit) touched() []int64 {
	ids := slices.Concat(t.viewers, t.relied)
	ids = append(ids, slices.Collect(maps.Keys(t.raised))...)
	slices.Sort(ids)
	return slices.Compact(ids)
}
