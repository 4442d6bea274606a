package mongostore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/store"
)

// tombstonesName is the collection of who was erased, by client id.
const tombstonesName = "tombstones"

// tombstoneDocument is what stays of an erased client. All but the first three
// parts go when nothing is left to purge.
type tombstoneDocument struct {
	ClientID   int64     `bson:"_id"`
	BusinessID int64     `bson:"businessId"`
	At         time.Time `bson:"at"`
	Pending    bool      `bson:"pending,omitempty"`
	User       string    `bson:"user,omitempty"`
	Role       string    `bson:"role,omitempty"`
	RequestID  string    `bson:"requestId,omitempty"`
	// PendingSubjects are clients whom the erased client could see, and whose change rows
	// are not written yet.
	PendingSubjects []int64 `bson:"untold,omitempty"`
}

const (
	keyPending         = "pending"
	keyPendingSubjects = "untold"
)

// purgeBatch bounds how many documents one command of a purge is about.
const purgeBatch = 1_000

// Erase implements store.EraseTx.
func (t *transaction) Erase(clients []*client.Client, entry history.Entry) {
	for _, c := range clients {
		t.refer(c.ClientID)
		t.removals = append(t.removals, mongo.NewDeleteOneModel().
			SetFilter(bson.D{{Key: keyBusiness, Value: t.scope.BusinessID}, {Key: keyID, Value: c.ClientID}}))
		tombstone := tombstoneDocument{
			ClientID: c.ClientID, BusinessID: t.scope.BusinessID, At: entry.At, Pending: true,
			User: entry.User, Role: string(entry.Role), RequestID: entry.RequestID,
		}
		if !isMerged(c) {
			// Whom a merged one could see its survivor does.
			tombstone.PendingSubjects = c.SubjectIDs
		}
		t.tombstones = append(t.tombstones, tombstone)
		// Whom the client could see is no part of the row: nothing is left that is
		// told by those edges.
		gone := &client.Client{SubjectIDs: c.SubjectIDs}
		t.raise(c.ClientID, c.ChangeNumber)
		t.announce(c, gone, history.Entry{ClientID: c.ClientID, Version: c.Version, At: entry.At}, history.KindErased, bson.A{})
	}
}

func (t *transaction) flushTombstones(ctx context.Context) error {
	tombstones := t.store.db.Collection(tombstonesName)
	if len(t.tombstones) > 0 {
		if _, err := tombstones.InsertMany(ctx, t.tombstones); err != nil {
			return fmt.Errorf("write tombstones: %w", err)
		}
	}
	for id, left := range t.pendingSubjects {
		if _, err := tombstones.UpdateOne(ctx, append(tenant(t.scope), bson.E{Key: keyID, Value: id}), bson.D{{Key: "$set", Value: bson.D{{Key: keyPendingSubjects, Value: nonNil(left)}}}}); err != nil {
			return fmt.Errorf("write a tombstone: %w", err)
		}
	}
	return nil
}

// PendingSubjects implements store.EraseTx.
func (t *transaction) PendingSubjects(ctx context.Context, erasedID int64) ([]int64, error) {
	found, err := t.store.findTombstones(ctx, append(tenant(t.scope), bson.E{Key: keyID, Value: erasedID}), 1)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].PendingSubjects, nil
}

// PutPendingSubjects implements store.EraseTx.
func (t *transaction) PutPendingSubjects(erasedID int64, left []int64) {
	if t.pendingSubjects == nil {
		t.pendingSubjects = map[int64][]int64{}
	}
	t.pendingSubjects[erasedID] = left
}

// Erased implements store.EraseTx.
func (t *transaction) Erased(ctx context.Context, ids []int64) ([]int64, error) {
	// Ids are the deployment's: no business takes one that another one erased.
	found, err := t.store.findTombstones(ctx, bson.D{{Key: keyID, Value: in(nonNil(ids))}}, 0)
	if err != nil {
		return nil, err
	}
	erased := make([]int64, len(found))
	for i, tombstone := range found {
		erased[i] = tombstone.ClientID
	}
	return erased, nil
}

// AllViewers implements store.EraseTx.
func (t *transaction) AllViewers(ctx context.Context, subjectID, limit int64) ([]*client.Client, error) {
	for _, stage := range stagesOfLife() {
		q := query{core: append(tenant(t.scope), bson.E{Key: keyLifecycle, Value: stage}, bson.E{Key: keySubjects, Value: subjectID})}
		found, err := t.store.read(ctx, q, window{limit: limit}, client.SelectAll())
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// stagesOfLife are all that a document can be in.
func stagesOfLife() []client.Lifecycle {
	return []client.Lifecycle{client.Live, client.Removed, client.Merged}
}

// Erasures implements store.EraseStore.
func (s *Store) Erasures(ctx context.Context, limit int64) ([]store.Erasure, error) {
	found, err := s.findTombstones(ctx, bson.D{{Key: keyPending, Value: true}}, limit)
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

func (s *Store) findTombstones(ctx context.Context, filter bson.D, limit int64) ([]tombstoneDocument, error) {
	cursor, err := s.db.Collection(tombstonesName).Find(ctx, filter, options.Find().SetLimit(limit).SetBatchSize(oneBatch))
	if err != nil {
		return nil, fmt.Errorf("find tombstones: %w", err)
	}
	var found []tombstoneDocument
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read tombstones: %w", err)
	}
	return found, nil
}

// EndErasure implements store.EraseStore.
func (s *Store) EndErasure(ctx context.Context, erasure store.Erasure) error {
	_, err := s.db.Collection(tombstonesName).UpdateOne(ctx, bson.D{{Key: keyBusiness, Value: erasure.BusinessID}, {Key: keyID, Value: erasure.ClientID}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: keyPending, Value: ""}, {Key: "user", Value: ""}, {Key: "role", Value: ""}, {Key: "requestId", Value: ""}, {Key: keyPendingSubjects, Value: ""}}}})
	if err != nil {
		return fmt.Errorf("end an erasure: %w", err)
	}
	return nil
}

// aboutClient is where documents about a client are that go with it: by which key
// they are found, and by which ones, beside the business, each of them is told.
type aboutClient struct {
	collection, key string
	own             []string
}

func personal() []aboutClient {
	return []aboutClient{
		{historyName, keyClient, []string{keyClient, keyVersion}},
		{formsName, keyClient, []string{keyClient, "formId"}},
		{appointmentsName, keyClient, []string{keyAppointment}},
		{journalName, "clientIds", []string{"mergeId", "part"}},
		{dismissalsName, "first", []string{"first", "second"}},
		{dismissalsName, "second", []string{"first", "second"}},
	}
}

// Purge implements store.EraseStore.
func (s *Store) Purge(ctx context.Context, erasure store.Erasure) error {
	if err := s.forgetMerges(ctx, erasure); err != nil {
		return err
	}
	for _, about := range personal() {
		if err := s.deleteAll(ctx, about, erasure); err != nil {
			return err
		}
	}
	if err := s.blankAnswers(ctx, erasure); err != nil {
		return err
	}
	if err := s.forgetDeliveries(ctx, erasure.BusinessID, []int64{erasure.ClientID}); err != nil {
		return err
	}
	// Rows that have no number yet get one first: they are blanked like the others,
	// and none comes after the erasure's own row. No more are written:
	// whoever announces a client writes to its document.
	if err := s.number(ctx, erasure.BusinessID); err != nil {
		return fmt.Errorf("number the rows of an erased client: %w", err)
	}
	return s.blankChanges(ctx, erasure)
}

// blankAnswers leaves of the kept answers that name an erased client their keys,
// and that the client was erased:a mutation that is sent again is not done again.
func (s *Store) blankAnswers(ctx context.Context, erasure store.Erasure) error {
	about := bson.D{{Key: keyBusiness, Value: erasure.BusinessID}, {Key: "clients.clientId", Value: erasure.ClientID}}
	_, err := s.db.Collection(answersName).UpdateMany(ctx, about, bson.D{
		{Key: "$set", Value: bson.D{{Key: "erased", Value: true}}},
		{Key: "$unset", Value: bson.D{{Key: "input", Value: ""}, {Key: "clients", Value: ""}, {Key: "rest", Value: ""}}},
	})
	if err != nil {
		return fmt.Errorf("blank kept answers: %w", err)
	}
	return nil
}

// deleteAll deletes what is there about a client, some at a time: each document by
// the keys of a unique index, which begin with the shard key.
func (s *Store) deleteAll(ctx context.Context, about aboutClient, erasure store.Erasure) error {
	collection := s.db.Collection(about.collection)
	business := bson.D{{Key: keyBusiness, Value: erasure.BusinessID}}
	projection := bson.D{{Key: keyID, Value: 0}}
	for _, key := range about.own {
		projection = append(projection, bson.E{Key: key, Value: 1})
	}
	for {
		cursor, err := collection.Find(ctx, append(business[:1:1], bson.E{Key: about.key, Value: erasure.ClientID}),
			options.Find().SetProjection(projection).SetLimit(purgeBatch))
		if err != nil {
			return fmt.Errorf("find what to purge of %s: %w", about.collection, err)
		}
		var found []bson.D
		if err := cursor.All(ctx, &found); err != nil {
			return fmt.Errorf("read what to purge of %s: %w", about.collection, err)
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

// blankChanges leaves of the feed's rows about an erased client their numbers,
// for the feed to have no gap,and the erasure's own row: also to who
// lost sight of the client before, and has yet to read of that.
func (s *Store) blankChanges(ctx context.Context, erasure store.Erasure) error {
	changes := s.db.Collection(changesName)
	about := bson.D{{Key: keyBusiness, Value: erasure.BusinessID}, {Key: keyClient, Value: erasure.ClientID}}
	blank := bson.D{}
	for _, key := range []string{
		keyClient, "kind", keyVersion, keyChange, "changedPaths", "visibilityBefore", "visibilityAfter", "subjectsGained", "subjectsLost", "mergedIntoClientId",
	} {
		blank = append(blank, bson.E{Key: key, Value: ""})
	}
	for {
		// The erasure's own row is the last one of the client.
		cursor, err := changes.Find(ctx, about, options.Find().SetSort(ascending(keySequence)).SetLimit(purgeBatch).
			SetProjection(bson.D{{Key: keySequence, Value: 1}, {Key: "kind", Value: 1}, {Key: "visibilityBefore", Value: 1}, {Key: "visibilityAfter", Value: 1}}))
		if err != nil {
			return fmt.Errorf("find rows of the feed: %w", err)
		}
		var found []struct {
			Sequence int64    `bson:"sequence"`
			Kind     string   `bson:"kind"`
			Before   []string `bson:"visibilityBefore"`
			After    []string `bson:"visibilityAfter"`
		}
		if err := cursor.All(ctx, &found); err != nil {
			return fmt.Errorf("read rows of the feed: %w", err)
		}
		numbers, keys := []int64{}, []string{}
		for _, row := range found {
			if row.Kind != string(history.KindErased) {
				numbers, keys = append(numbers, row.Sequence), append(append(keys, row.Before...), row.After...)
			}
		}
		if len(numbers) == 0 {
			return nil
		}
		slices.Sort(keys)
		widen := bson.D{{Key: "$setUnion", Value: bson.A{"$visibilityBefore", slices.Compact(keys)}}}
		if _, err := changes.UpdateOne(ctx, append(about[:len(about):len(about)], bson.E{Key: "kind", Value: string(history.KindErased)}),
			mongo.Pipeline{{{Key: "$set", Value: bson.D{{Key: "visibilityBefore", Value: widen}}}}}); err != nil {
			return fmt.Errorf("widen a row of the feed: %w", err)
		}
		if _, err := changes.UpdateMany(ctx, numberedAbove(client.Scope{BusinessID: erasure.BusinessID}, in(numbers)), bson.D{{Key: "$unset", Value: blank}}); err != nil {
			return fmt.Errorf("blank rows of the feed: %w", err)
		}
	}
}
