package mongostore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/merge"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
)

// LookUp implements store.Store. Almost all ids belong to clients that were not merged,
// and one find by id finds these. The other ids are then looked for in survivors' lists
// too.
func (r *clientReads) LookUp(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]*client.Client, error) {
	return lookUp(ctx, r, r.codec, scope, ids, need.With(client.Select(schema.FieldMerged)))
}

// LookUpRows implements store.Store.
func (r *clientReads) LookUpRows(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error) {
	return lookUp(ctx, r, r.codec.NewRowSet(need), scope, ids, need)
}

func lookUp[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, ids []int64, need client.Selection) ([]T, error) {
	found, err := readStored(ctx, r, as, scope, ids, need)
	if err != nil {
		return nil, err
	}
	// A survivor that was merged itself keeps its list.
	isMerged := func(one T) bool { return as.Base(one).Lifecycle == client.Merged }
	found = slices.DeleteFunc(found, isMerged)
	missing := without(ids, found, func(one T) int64 { return as.Base(one).ClientID })
	if len(missing) == 0 {
		return found, nil
	}
	if mongo.SessionFromContext(ctx) == nil {
		found, err = lookUpMoving(ctx, r, as, scope, ids, need)
		return slices.DeleteFunc(found, isMerged), err
	}
	survivors, err := readAs(ctx, r, as, query.SurvivorsOf(scope, missing), query.Window{}, need)
	return append(found, slices.DeleteFunc(survivors, isMerged)...), err
}

// without returns the ids that were not found.
func without[T any](ids []int64, found []T, idOf func(T) int64) []int64 {
	known := make(map[int64]bool, len(found))
	for _, one := range found {
		known[idOf(one)] = true
	}
	var missing []int64
	for _, id := range ids {
		if !known[id] {
			missing = append(missing, id)
		}
	}
	return missing
}

// lookUpMoving finds ids both as clients and in survivors' lists. A merge moves an id
// from the one to the other, so both are read in one command with one snapshot, which
// MongoDB does not allow in transactions. The embedded engine reads the parts of the
// command one after the other, without a common snapshot. So the lists are read before
// the clients and again after them: if a merge or its undoing moves the id meanwhile, one
// of the three parts has it. A list read for unknown ids costs almost nothing.
func lookUpMoving[T any](ctx context.Context, r *clientReads, as reader[T], scope client.Scope, ids []int64, need client.Selection) ([]T, error) {
	union := func(q query.Query) bson.D {
		return bson.D{{Key: "$unionWith", Value: bson.D{{Key: "coll", Value: schema.Clients}, {Key: "pipeline", Value: q.Stages()}}}}
	}
	pipeline := append(query.SurvivorsOf(scope, ids).Stages(), union(query.ByIDs(scope, ids)), union(query.SurvivorsOf(scope, ids)),
		bson.D{{Key: "$project", Value: r.codec.Projection(need)}})
	// Each of the three parts finds at most one client for each id.
	small := query.Window{Batch: query.OneBatch, Most: int64(3 * len(ids))}.IsSmall()
	answer, err := r.openAll(ctx, pipeline, query.OfSnapshot, small)
	if err != nil {
		return nil, fmt.Errorf("look clients up: %w", err)
	}
	as.Expect(answer.Size(), answer.Lasts())
	var found []T
	err = answer.Each(ctx, func(document bson.Raw) (bool, error) {
		one, err := as.Read(document)
		found = append(found, one)
		return err == nil, err
	})
	if err != nil {
		return nil, fmt.Errorf("read clients: %w", err)
	}
	return found, nil
}

// survivors returns the survivors of the clients with those ids.
func (r *clientReads) survivors(ctx context.Context, scope client.Scope, ids []int64) ([]*client.Client, error) {
	found, err := r.read(ctx, query.SurvivorsOf(scope, ids), query.Window{Sort: schema.Ascending(schema.FieldID)}, client.Select(schema.FieldMerged))
	return slices.DeleteFunc(found, isMerged), err
}

// Survivors implements store.MergeTx.
func (t *mergeTx) Survivors(ctx context.Context, ids []int64) (map[int64]int64, error) {
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		if !t.unknown[id] {
			wanted[id] = true
		}
	}
	survivors := map[int64]int64{}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(wanted)), query.IDChunk) {
		found, err := t.store.survivors(ctx, t.scope, chunk)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			for _, m := range c.Merged {
				if wanted[m.ClientID] {
					survivors[m.ClientID] = c.ClientID
				}
			}
		}
	}
	return survivors, nil
}

// Mergers implements store.MergeTx.
func (t *mergeTx) Mergers(ctx context.Context, ids []int64, since time.Time) (map[int64][]client.MergedClient, error) {
	mergers := map[int64][]client.MergedClient{}
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		q := query.Query{
			Core: append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: query.In(chunk)}),
			Rest: bson.D{{Key: schema.FieldMerged + ".mergedDate", Value: bson.D{{Key: "$gte", Value: since}}}},
		}
		found, err := t.store.read(ctx, q, query.Window{}, client.Select(schema.FieldMerged))
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			mergers[c.ClientID] = c.Merged
		}
	}
	return mergers, nil
}

// FoldedClients implements store.MergeTx. A caller who sees the survivor may undo the
// merge, so all its records are read, whatever rows the caller sees.
func (t *mergeTx) FoldedClients(ctx context.Context, ids []int64) (map[int64]*client.Client, error) {
	return t.store.FoldedClients(ctx, t.scope, ids)
}

// FoldedClients implements store.ExportStore.
func (r *clientReads) FoldedClients(ctx context.Context, scope client.Scope, ids []int64) (map[int64]*client.Client, error) {
	byID := make(map[int64]*client.Client, len(ids))
	for chunk := range query.IDChunks(ids) {
		q := query.Query{Core: append(query.Tenant(scope), bson.E{Key: schema.FieldID, Value: query.In(chunk)})}
		found, err := r.read(ctx, q, query.Window{}, client.SelectAll())
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if isMerged(c) {
				byID[c.ClientID] = c
			}
		}
	}
	return byID, nil
}

// ViewersOf implements store.MergeTx, with one command for live viewers and one for
// deleted ones, because the index has the lifecycle before the edges.
func (t *mergeTx) ViewersOf(ctx context.Context, ids, among []int64) ([]merge.Viewer, error) {
	var viewers []merge.Viewer
	for _, lifecycle := range []client.Lifecycle{client.Live, client.Removed} {
		found, err := t.sight(ctx, append(query.Tenant(t.scope),
			bson.E{Key: schema.FieldLifecycle, Value: lifecycle}, bson.E{Key: schema.FieldSubjects, Value: query.In(query.NonNil(ids))}), among)
		if err != nil {
			return nil, err
		}
		viewers = append(viewers, found...)
	}
	slices.SortFunc(viewers, func(a, b merge.Viewer) int { return int(min(max(a.ClientID-b.ClientID, -1), 1)) })
	return viewers, nil
}

// SightOf implements store.MergeTx.
func (t *mergeTx) SightOf(ctx context.Context, viewerIDs, ids []int64) (map[int64]merge.Viewer, error) {
	sight := make(map[int64]merge.Viewer, len(viewerIDs))
	for chunk := range slices.Chunk(viewerIDs, query.IDChunk) {
		found, err := t.sight(ctx, append(query.Tenant(t.scope), bson.E{Key: schema.FieldID, Value: query.In(chunk)}), ids)
		if err != nil {
			return nil, err
		}
		for _, viewer := range found {
			sight[viewer.ClientID] = viewer
		}
	}
	return sight, nil
}

// sight finds clients, and which of ids are their subjects. The database returns only
// these subjects, because a viewer may have thousands, and the fields for a feed row.
func (t *mergeTx) sight(ctx context.Context, core bson.D, ids []int64) ([]merge.Viewer, error) {
	subjects := bson.D{{Key: "$ifNull", Value: bson.A{"$" + schema.FieldSubjects, bson.A{}}}}
	cursor, err := t.store.db.Collection(schema.Clients).Aggregate(ctx, []bson.D{
		{{Key: "$match", Value: core}},
		{{Key: "$project", Value: bson.D{
			{Key: schema.FieldVersion, Value: 1},
			{Key: schema.FieldChange, Value: 1},
			{Key: schema.FieldVisibility, Value: 1},
			{Key: "saw", Value: bson.D{{Key: "$setIntersection", Value: bson.A{subjects, ids}}}},
			{Key: "sees", Value: bson.D{{Key: "$size", Value: subjects}}},
		}}},
	}, options.Aggregate().SetBatchSize(query.OneBatch))
	if err != nil {
		return nil, fmt.Errorf("find viewers: %w", err)
	}
	var found []struct {
		Viewer    viewerDocument    `bson:",inline"`
		Sees      int               `bson:"sees"`
		Neighbour neighbourDocument `bson:",inline"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("read viewers: %w", err)
	}
	viewers := make([]merge.Viewer, 0, len(found))
	for _, d := range found {
		if len(d.Viewer.Saw) > 0 {
			slices.Sort(d.Viewer.Saw)
			viewers = append(viewers, merge.Viewer{ClientID: d.Viewer.ClientID, Saw: d.Viewer.Saw, Sees: d.Sees})
			t.rememberNeighbour(d.Viewer.ClientID, d.Neighbour)
		}
	}
	return viewers, nil
}

type viewerDocument struct {
	ClientID int64   `bson:"_id"`
	Saw      []int64 `bson:"saw"`
}

// CountForms implements store.MergeTx.
func (t *mergeTx) CountForms(ctx context.Context, ids []int64) (map[int64]int64, error) {
	counts := map[int64]int64{}
	for chunk := range slices.Chunk(ids, query.IDChunk) {
		cursor, err := t.store.db.Collection(schema.Forms).Aggregate(ctx, []bson.D{
			{{Key: "$match", Value: append(query.Tenant(t.scope), bson.E{Key: "clientId", Value: query.In(chunk)})}},
			{{Key: "$group", Value: bson.D{{Key: schema.FieldID, Value: "$clientId"}, {Key: "count", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
		})
		if err != nil {
			return nil, fmt.Errorf("count forms: %w", err)
		}
		var found []struct {
			ClientID int64 `bson:"_id"`
			Count    int64 `bson:"count"`
		}
		if err := cursor.All(ctx, &found); err != nil {
			return nil, fmt.Errorf("read counts of forms: %w", err)
		}
		for _, row := range found {
			counts[row.ClientID] = row.Count
		}
	}
	return counts, nil
}

func isMerged(c *client.Client) bool { return c.Lifecycle == client.Merged }
