package feed

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/mongostore/query"
	"clientgraph/internal/mongostore/schema"
)

// blankBatch is the number of rows that one command of Blank changes.
const blankBatch = 1_000

// Blank removes the content of the rows about an erased client. Their numbers stay, so
// that the feed has no gap, and so does the row of the erasure. Callers who could no
// longer see the client get that row too, because they may not have read the earlier row
// that said so.
func (f *Feed) Blank(ctx context.Context, businessID, clientID int64) error {
	changes := f.db.Collection(schema.Changes)
	about := bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldClient, Value: clientID}}
	blank := bson.D{}
	for _, key := range []string{
		schema.FieldClient, "kind", schema.FieldVersion, schema.FieldChange, "changedPaths", "visibilityBefore", "visibilityAfter", "subjectsGained", "subjectsLost", "mergedIntoClientId",
	} {
		blank = append(blank, bson.E{Key: key, Value: ""})
	}
	for {
		// The last row about the client is that of its erasure.
		cursor, err := changes.Find(ctx, about, options.Find().SetSort(schema.Ascending(schema.FieldSequence)).SetLimit(blankBatch).
			SetProjection(bson.D{{Key: schema.FieldSequence, Value: 1}, {Key: "kind", Value: 1}, {Key: "visibilityBefore", Value: 1}, {Key: "visibilityAfter", Value: 1}}))
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
		if _, err := changes.UpdateMany(ctx, numberedAbove(client.Scope{BusinessID: businessID}, query.In(numbers)), bson.D{{Key: "$unset", Value: blank}}); err != nil {
			return fmt.Errorf("blank rows of the feed: %w", err)
		}
	}
}
