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
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/jobs"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/webhooks"
	"clientgraph/internal/store"
)

// tombstoneDocument is stored in place of an erased client. All but the first three
// fields are removed when nothing is left to purge.
type tombstoneDocument struct {
	ClientID   int64     `bson:"_id"`
	BusinessID int64     `bson:"businessId"`
	At         time.Time `bson:"at"`
	Pending    bool      `bson:"pending,omitempty"`
	User       string    `bson:"user,omitempty"`
	Role       string    `bson:"role,omitempty"`
	RequestID  string    `bson:"requestId,omitempty"`
	// PendingSubjects are subjects of the erased client whose change rows are not written
	// yet.
	PendingSubjects []int64 `bson:"untold,omitempty"`
}

const (
	fieldPendingSubjects = "untold"
)

// erasures purges the rest of erased clients.
type erasures struct {
	db       *mongo.Database
	feed     *feed.Feed
	exports  *exports
	webhooks *webhooks.WebhookStore
	jobs     *jobs.JobStore
}

// eraseTx implements store.EraseTx.
type eraseTx struct {
	*unit
	// tombstones are those of the clients that the transaction erases.
	tombstones []tombstoneDocument
	// pendingSubjects has the remaining PendingSubjects of erased clients by their id;
	// see store.EraseTx.
	pendingSubjects map[int64][]int64
}

// purgeBatch bounds the documents of one command of a purge.
const purgeBatch = 1_000

// Erase implements store.EraseTx.
func (t *eraseTx) Erase(clients []*client.Client, entry history.Entry) {
	for _, c := range clients {
		t.refer(c.ClientID)
		t.removals = append(t.removals, mongo.NewDeleteOneModel().
			SetFilter(bson.D{{Key: schema.FieldBusiness, Value: t.scope.BusinessID}, {Key: schema.FieldID, Value: c.ClientID}}))
		tombstone := tombstoneDocument{
			ClientID: c.ClientID, BusinessID: t.scope.BusinessID, At: entry.At, Pending: true,
			User: entry.User, Role: string(entry.Role), RequestID: entry.RequestID,
		}
		if !isMerged(c) {
			// A merged client's edges belong to its survivor.
			tombstone.PendingSubjects = c.SubjectIDs
		}
		t.tombstones = append(t.tombstones, tombstone)
		// With the same subjects before and after, the row has no changes of edges: these
		// edges no longer concern any caller.
		gone := &client.Client{SubjectIDs: c.SubjectIDs}
		t.raise(c.ClientID, c.ChangeNumber)
		t.announce(c, gone, history.Entry{ClientID: c.ClientID, Version: c.Version, At: entry.At}, history.KindErased, bson.A{})
	}
}

// flush writes the tombstones.
func (t *eraseTx) flush(ctx context.Context) error {
	tombstones := t.store.db.Collection(schema.Tombstones)
	if len(t.tombstones) > 0 {
		if _, err := tombstones.InsertMany(ctx, t.tombstones); err != nil {
			return fmt.Errorf("write tombstones: %w", err)
		}
		if err := t.store.JobStore.Tx(t.scope).Withdraw(ctx, t.tombstones[0].At); err != nil {
			return err
		}
	}
	for id, left := range t.pendingSubjects {
		if _, err := tombstones.UpdateOne(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: id}), bson.D{{Key: "$set", Value: bson.D{{Key: fieldPendingSubjects, Value: query.NonNil(left)}}}}); err != nil {
			return fmt.Errorf("write a tombstone: %w", err)
		}
	}
	return nil
}

// PendingSubjects implements store.EraseTx.
func (t *eraseTx) PendingSubjects(ctx context.Context, erasedID int64) ([]int64, error) {
	found, err := findTombstones(ctx, t.store.db, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: erasedID}), 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].PendingSubjects, nil
}

// PutPendingSubjects implements store.EraseTx.
func (t *eraseTx) PutPendingSubjects(erasedID int64, left []int64) {
	if t.pendingSubjects == nil {
		t.pendingSubjects = map[int64][]int64{}
	}
	t.pendingSubjects[erasedID] = left
}

// Erased implements store.EraseTx.
func (t *eraseTx) Erased(ctx context.Context, ids []int64) ([]int64, error) {
	// Ids are unique in the deployment: no business uses the id of another's erased
	// client.
	return query.Erased(ctx, t.store.db, bson.D{{Key: schema.FieldID, Value: query.In(query.NonNil(ids))}})
}

// AllViewers implements store.EraseTx.
func (t *eraseTx) AllViewers(ctx context.Context, subjectID, limit int64) ([]*client.Client, error) {
	for _, stage := range lifecycles() {
		q := query.Query{Core: append(query.Tenant(t.scope), bson.E{Key: schema.FieldLifecycle, Value: stage}, bson.E{Key: schema.FieldSubjects, Value: subjectID})}
		found, err := t.store.read(ctx, q, query.Window{Limit: limit}, client.SelectAll())
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// lifecycles returns all lifecycles of documents.
func lifecycles() []client.Lifecycle {
	return []client.Lifecycle{client.Live, client.Removed, client.Merged}
}

// Erasures implements store.EraseStore.
func (e *erasures) Erasures(ctx context.Context, limit int64) ([]store.Erasure, error) {
	found, err := findTombstones(ctx, e.db, bson.D{{Key: schema.FieldPending, Value: true}}, limit)
	if err != nil {
		return nil, err
	}
	erasures := make([]store.Erasure, len(found))
	for i, d := range found {
		erasures[i] = store.Erasure{
			BusinessID: d.BusinessID, ClientID: d.ClientID, At: d.At.UTC(), User: d.User, Role: client.Role(d.Role), RequestID: d.RequestID,
		}
	}
	return erasures, nil
}

func findTombstones(ctx context.Context, db *mongo.Database, filter bson.D, limit int64) ([]tombstoneDocument, error) {
	found, err := query.FindAll[tombstoneDocument](ctx, db.Collection(schema.Tombstones), "tombstones", filter, options.Find().SetLimit(limit).SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// EndErasure implements store.EraseStore.
func (e *erasures) EndErasure(ctx context.Context, erasure store.Erasure) error {
	_, err := e.db.Collection(schema.Tombstones).UpdateOne(ctx, bson.D{{Key: schema.FieldBusiness, Value: erasure.BusinessID}, {Key: schema.FieldID, Value: erasure.ClientID}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: schema.FieldPending, Value: ""}, {Key: "user", Value: ""}, {Key: "role", Value: ""}, {Key: "requestId", Value: ""}, {Key: fieldPendingSubjects, Value: ""}}}})
	if err != nil {
		return fmt.Errorf("end an erasure: %w", err)
	}
	return nil
}

// personalData is a collection with documents about a client, which are deleted with the
// client. It has the field that finds them, and the fields that are unique together with
// the business.
type personalData struct {
	collection, key string
	unique          []string
}

func personalCollections() []personalData {
	return []personalData{
		{schema.History, schema.FieldClient, []string{schema.FieldClient, schema.FieldVersion}},
		{schema.Forms, schema.FieldClient, []string{schema.FieldClient, "formId"}},
		{schema.Appointments, schema.FieldClient, []string{schema.FieldAppointment}},
		{schema.Journal, "clientIds", []string{"mergeId", "part"}},
		{schema.Dismissals, "first", []string{"first", "second"}},
		{schema.Dismissals, "second", []string{"first", "second"}},
	}
}

// Purge implements store.EraseStore.
func (e *erasures) Purge(ctx context.Context, erasure store.Erasure) error {
	if err := e.forgetMerges(ctx, erasure); err != nil {
		return err
	}
	for _, about := range personalCollections() {
		if err := e.deleteAll(ctx, about, erasure); err != nil {
			return err
		}
	}
	if err := e.blankAnswers(ctx, erasure); err != nil {
		return err
	}
	if err := e.webhooks.ForgetDeliveries(ctx, erasure.BusinessID, []int64{erasure.ClientID}); err != nil {
		return err
	}
	if err := e.jobs.DropWithdrawn(ctx, erasure.BusinessID); err != nil {
		return err
	}
	// Rows without a number get one first, so that all rows are blanked, and none follows
	// that of the erasure. No new ones are written: a transaction that writes a row about
	// a client also writes its document.
	if err := e.feed.Drain(ctx, erasure.BusinessID); err != nil {
		return fmt.Errorf("number the rows of an erased client: %w", err)
	}
	return e.feed.Blank(ctx, erasure.BusinessID, erasure.ClientID)
}

// blankAnswers deletes the content of stored answers that name an erased client. Their
// idempotency keys stay, marked as erased, so that a mutation that is sent again is not
// done again.
func (e *erasures) blankAnswers(ctx context.Context, erasure store.Erasure) error {
	about := bson.D{{Key: schema.FieldBusiness, Value: erasure.BusinessID}, {Key: "clients.clientId", Value: erasure.ClientID}}
	_, err := e.db.Collection(schema.Answers).UpdateMany(ctx, about, bson.D{
		{Key: "$set", Value: bson.D{{Key: "erased", Value: true}}},
		{Key: "$unset", Value: bson.D{{Key: "input", Value: ""}, {Key: "clients", Value: ""}, {Key: "rest", Value: ""}}},
	})
	if err != nil {
		return fmt.Errorf("blank kept answers: %w", err)
	}
	return nil
}

// deleteAll deletes the documents about a client in batches, each by the fields of a
// unique index, which begin with the shard key.
func (e *erasures) deleteAll(ctx context.Context, about personalData, erasure store.Erasure) error {
	collection := e.db.Collection(about.collection)
	business := bson.D{{Key: schema.FieldBusiness, Value: erasure.BusinessID}}
	projection := bson.D{{Key: schema.FieldID, Value: 0}}
	for _, key := range about.unique {
		projection = append(projection, bson.E{Key: key, Value: 1})
	}
	for {
		found, err := query.FindAll[bson.D](ctx, collection, "what to purge of "+about.collection, append(business[:1:1], bson.E{Key: about.key, Value: erasure.ClientID}),
			options.Find().SetProjection(projection).SetLimit(purgeBatch))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		deletions := make([]mongo.WriteModel, len(found))
		for i, own := range found {
			deletions[i] = mongo.NewDeleteOneModel().SetFilter(append(business[:1:1], own...))
		}
		if _, err := collection.BulkWrite(ctx, deletions, options.BulkWrite().SetOrdered(false)); err != nil {
			return fmt.Errorf("purge %s: %w", about.collection, err)
		}
	}
}
