package feed

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
)

type changeRowDocument struct {
	ID                 bson.ObjectID `bson:"_id"`
	Sequence           int64         `bson:"sequence"`
	At                 time.Time     `bson:"at"`
	Kind               string        `bson:"kind"`
	ClientID           int64         `bson:"clientId"`
	Version            int64         `bson:"version"`
	MergedIntoClientID int64         `bson:"mergedIntoClientId"`
	ChangedPaths       []string      `bson:"changedPaths"`
	VisibilityBefore   []string      `bson:"visibilityBefore"`
	VisibilityAfter    []string      `bson:"visibilityAfter"`
	SubjectsGained     []int64       `bson:"subjectsGained"`
	SubjectsLost       []int64       `bson:"subjectsLost"`
}

func (d *changeRowDocument) row() changefeed.Row {
	return changefeed.Row{
		Sequence: d.Sequence, At: d.At.UTC(), Kind: history.Kind(d.Kind), ClientID: d.ClientID, Version: d.Version,
		MergedIntoClientID: d.MergedIntoClientID, ChangedPaths: d.ChangedPaths,
		VisibilityBefore: d.VisibilityBefore, VisibilityAfter: d.VisibilityAfter,
		SubjectsGained: d.SubjectsGained, SubjectsLost: d.SubjectsLost,
	}
}

// changesPrefix is the prefix of the names of the feeds' counters.
const changesPrefix = "changes:"

// Counter identifies the counter of a business's feed.
func Counter(businessID int64) counters.Ref {
	return counters.Ref{BusinessID: businessID, Name: changesPrefix + strconv.FormatInt(businessID, 10)}
}

// ChangeHead implements store.ChangeStore.
func (f *Feed) ChangeHead(ctx context.Context, scope client.Scope) (int64, error) {
	// Committed rows are numbered first, if possible, so that a caller finds its own
	// writes.
	head, err := f.drain(ctx, scope.BusinessID)
	if err != nil || head != nil {
		return head.place(), err
	}
	counter, err := counters.Find(ctx, f.db.Collection(schema.Counters), Counter(scope.BusinessID))
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return 0, fmt.Errorf("find the feed's counter: %w", err)
	}
	return counter.Value, nil
}

// ChangeDate implements store.ChangeStore.
func (f *Feed) ChangeDate(ctx context.Context, scope client.Scope, sequence int64) (time.Time, error) {
	var row changeRowDocument
	err := f.db.Collection(schema.Changes).FindOne(ctx, append(query.Tenant(scope), bson.E{Key: schema.FieldSequence, Value: sequence}),
		options.FindOne().SetProjection(bson.D{{Key: "at", Value: 1}})).Decode(&row)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return time.Time{}, fmt.Errorf("find a row of the feed: %w", err)
	}
	return row.At.UTC(), nil
}

// ClientRows finds all rows about those clients in order, those without a number last.
// The caller must check that the scope sees the clients.
func (f *Feed) ClientRows(ctx context.Context, scope client.Scope, clientIDs []int64) ([]changefeed.Row, error) {
	var rows []changefeed.Row
	seen := map[bson.ObjectID]bool{}
	for _, from := range []struct {
		collection string
		order      bson.D
	}{{schema.Changes, schema.Ascending(schema.FieldSequence)}, {schema.Outbox, schema.Ascending(schema.FieldBusiness, schema.FieldClient, schema.FieldChange)}} {
		found, err := query.FindRows[changeRowDocument](ctx, f.db.Collection(from.collection), "rows of the feed", append(query.Tenant(scope), bson.E{Key: schema.FieldClient, Value: query.In(query.NonNil(clientIDs))}),
			options.Find().SetSort(from.order))
		if err != nil {
			return nil, err
		}
		for i := range found {
			// A row that is being numbered is in both the feed and the outbox.
			if id := found[i].ID; !seen[id] {
				seen[id] = true
				rows = append(rows, found[i].row())
			}
		}
	}
	return rows, nil
}

func readChangeRows(ctx context.Context, cursor *mongo.Cursor) ([]changefeed.Row, error) {
	var found []changeRowDocument
	if err := query.AllRows(ctx, cursor, &found); err != nil {
		return nil, fmt.Errorf("read rows of the feed: %w", err)
	}
	rows := make([]changefeed.Row, len(found))
	for i := range found {
		rows[i] = found[i].row()
	}
	return rows, nil
}

func numberedAbove(scope client.Scope, bounds bson.D) bson.D {
	return append(query.Tenant(scope), bson.E{Key: schema.FieldSequence, Value: bounds})
}
