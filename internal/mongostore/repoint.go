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
	"clientgraph/internal/merge"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// mergeTx implements store.MergeTx.
type mergeTx struct {
	*unit
	// journals are the journal documents to write; closed are the merges that were
	// undone.
	journals []any
	closed   []int64
	// neighbours are the viewers and subjects of merged clients that the transaction has
	// read, by id.
	neighbours map[int64]neighbourDocument
}

// Repoint implements store.MergeTx. One update changes all viewers in a list with the
// same changes, and one command has the updates of a thousand viewers.
func (t *mergeTx) Repoint(ctx context.Context, changes []merge.Repointing) error {
	for _, change := range changes {
		t.viewers = append(t.viewers, change.ViewerIDs...)
	}
	var batch []mongo.WriteModel
	var viewers int64
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		result, err := t.store.db.Collection(schema.Clients).BulkWrite(ctx, batch, options.BulkWrite().SetOrdered(true))
		if err != nil {
			return fmt.Errorf("repoint viewers: %w", err)
		}
		if result.MatchedCount != viewers {
			return transact.AsConflict(fmt.Errorf("%d of %d viewers are gone", viewers-result.MatchedCount, viewers))
		}
		batch, viewers = nil, 0
		return nil
	}
	for _, change := range changes {
		for ids := range slices.Chunk(change.ViewerIDs, feed.RowBatch) {
			if viewers+int64(len(ids)) > feed.RowBatch {
				if err := flush(); err != nil {
					return err
				}
			}
			batch = append(batch, repointUpdate(t.scope, ids, change))
			t.repointed(ids)
			viewers += int64(len(ids))
		}
	}
	return flush()
}

// repointUpdate returns the update of the edges of those viewers. Subjects stay sorted
// and without duplicates, as in all documents.
func repointUpdate(scope client.Scope, viewerIDs []int64, change merge.Repointing) mongo.WriteModel {
	rest := bson.D{{Key: "$setDifference", Value: bson.A{
		bson.D{{Key: "$ifNull", Value: bson.A{"$" + schema.FieldSubjects, bson.A{}}}}, query.NonNil(change.Drop),
	}}}
	all := bson.D{{Key: "$setUnion", Value: bson.A{rest, query.NonNil(change.Add)}}}
	return mongo.NewUpdateManyModel().
		SetFilter(append(query.Tenant(scope), bson.E{Key: schema.FieldID, Value: query.In(viewerIDs)})).
		SetUpdate(mongo.Pipeline{{{Key: "$set", Value: bson.D{
			{Key: schema.FieldSubjects, Value: bson.D{{Key: "$sortArray", Value: bson.D{{Key: "input", Value: all}, {Key: "sortBy", Value: 1}}}}},
			{Key: schema.FieldChange, Value: bson.D{{Key: "$add", Value: bson.A{bson.D{{Key: "$ifNull", Value: bson.A{"$" + schema.FieldChange, int64(0)}}}, int64(1)}}}},
		}}}})
}

// neighbourDocument has the fields of a client's document that its feed row needs.
type neighbourDocument struct {
	Version    int64    `bson:"version"`
	Visibility []string `bson:"visibility"`
	Change     int64    `bson:"change"`
	// repointed says that the transaction writes the record.
	repointed bool
}

// rememberNeighbour stores a neighbour that the transaction has read.
func (t *mergeTx) rememberNeighbour(id int64, d neighbourDocument) {
	if t.neighbours == nil {
		t.neighbours = map[int64]neighbourDocument{}
	}
	t.neighbours[id] = d
}

// AnnounceMoved implements store.MergeTx.
func (t *mergeTx) AnnounceMoved(ctx context.Context, at time.Time, moved []merge.MovedEdges) error {
	var unread []int64
	for _, edges := range moved {
		if _, known := t.neighbours[edges.ClientID]; !known {
			unread = append(unread, edges.ClientID)
		}
	}
	for ids := range slices.Chunk(unread, query.IDChunk) {
		cursor, err := t.store.db.Collection(schema.Clients).Find(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: query.In(ids)}),
			options.Find().SetBatchSize(query.OneBatch).SetProjection(bson.D{{Key: schema.FieldVersion, Value: 1}, {Key: schema.FieldChange, Value: 1}, {Key: schema.FieldVisibility, Value: 1}}))
		if err != nil {
			return fmt.Errorf("find neighbours: %w", err)
		}
		var found []struct {
			ClientID  int64             `bson:"_id"`
			Neighbour neighbourDocument `bson:",inline"`
		}
		if err := cursor.All(ctx, &found); err != nil {
			return fmt.Errorf("read neighbours: %w", err)
		}
		for _, d := range found {
			t.rememberNeighbour(d.ClientID, d.Neighbour)
		}
	}
	var untouched []int64
	for _, edges := range moved {
		// Deleted and merged neighbours get a row too: a caller with their account reads
		// it when they are back. Erased neighbours do not exist.
		d, there := t.neighbours[edges.ClientID]
		if !there {
			continue
		}
		t.raise(edges.ClientID, d.Change)
		t.changes = append(t.changes, t.movedRow(d, edges, at))
		if !d.repointed {
			untouched = append(untouched, edges.ClientID)
		}
	}
	// This conflicts with an erasure, and with a change of their visibility.
	t.raiseStored(untouched)
	return nil
}

// repointed records that the viewers' records are written: their change numbers rise with
// their edges.
func (t *mergeTx) repointed(viewerIDs []int64) {
	for _, id := range viewerIDs {
		d := t.neighbours[id]
		d.repointed = true
		t.rememberNeighbour(id, d)
	}
}

func (t *mergeTx) movedRow(d neighbourDocument, edges merge.MovedEdges, at time.Time) bson.D {
	row := bson.D{
		{Key: schema.FieldBusiness, Value: t.scope.BusinessID},
		{Key: "at", Value: at},
		{Key: "kind", Value: string(history.KindUpserted)},
		{Key: "clientId", Value: edges.ClientID},
		{Key: schema.FieldChange, Value: t.raised[edges.ClientID]},
		{Key: schema.FieldVersion, Value: d.Version},
		{Key: "changedPaths", Value: edges.Paths},
		{Key: "visibilityAfter", Value: d.Visibility},
		{Key: "visibilityBefore", Value: d.Visibility},
	}
	if len(edges.Gained) > 0 {
		row = append(row, bson.E{Key: "subjectsGained", Value: edges.Gained})
	}
	if len(edges.Lost) > 0 {
		row = append(row, bson.E{Key: "subjectsLost", Value: edges.Lost})
	}
	return row
}
