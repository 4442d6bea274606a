package counters

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/schema"
)

// namingBatch is the number of counters that one command of NameAll updates.
const namingBatch = 500

// CountUnnamed counts the counters that an earlier version created without their business.
func CountUnnamed(ctx context.Context, counters *mongo.Collection) (int64, error) {
	n, err := counters.CountDocuments(ctx, bson.D{{Key: schema.FieldBusiness, Value: nil}})
	if err != nil {
		return 0, fmt.Errorf("count counters: %w", err)
	}
	return n, nil
}

// NameAll adds the business to the counters that an earlier version created without it,
// and calls tell with the number done. After an interruption it continues with the rest.
func NameAll(ctx context.Context, counters *mongo.Collection, tell func(done int64)) error {
	done := int64(0)
	for {
		cursor, err := counters.Find(ctx, bson.D{{Key: schema.FieldBusiness, Value: nil}},
			options.Find().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}}).SetLimit(namingBatch))
		if err != nil {
			return fmt.Errorf("find counters: %w", err)
		}
		var found []struct {
			Name string `bson:"_id"`
		}
		if err := cursor.All(ctx, &found); err != nil {
			return fmt.Errorf("read counters: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		writes := make([]mongo.WriteModel, len(found))
		for i, c := range found {
			key := refOf(c.Name)
			writes[i] = mongo.NewUpdateOneModel().SetFilter(key.unnamed()).SetUpdate(key.naming())
		}
		if _, err := counters.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false)); err != nil {
			return fmt.Errorf("say whose counters are: %w", err)
		}
		done += int64(len(found))
		tell(done)
	}
}

// refOf returns the counter with a name: of the business whose id ends the name, or of
// the deployment.
func refOf(name string) Ref {
	if _, number, found := strings.Cut(name, ":"); found {
		if id, err := strconv.ParseInt(number, 10, 64); err == nil {
			return Ref{BusinessID: id, Name: name}
		}
	}
	return Ref{BusinessID: OfDeployment, Name: name}
}
