package queries

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// strides are the distances, in the order of ids, from a client to its subjects; the last
// clients view the first. Sums of strides differ, so that three levels below a client
// have 5, 15 and 35 clients, in 5, 25 and 125 places.
func strides() []int { return []int{1, 17, 101, 577, 2903} }

// sampled is the number of clients that are requested by id.
const sampled = 64

// writeBatch is the number of writes in one command.
const writeBatch = 1_000

// Connect gives each client of the business five subjects, in place of those in the
// loaded data. It returns the clients that are requested by id.
func Connect(ctx context.Context, db *mongo.Database, businessID int64) ([]int64, error) {
	clients := db.Collection("clients")
	ids, err := clientIDs(ctx, clients, businessID)
	if err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(subjects(ids, strides()), writeBatch) {
		if _, err := clients.BulkWrite(ctx, batch); err != nil {
			return nil, fmt.Errorf("write who may view whom: %w", err)
		}
	}
	return sample(ids), nil
}

// Sampled returns the clients that are requested by id, after Connect.
func Sampled(ctx context.Context, db *mongo.Database, businessID int64) ([]int64, error) {
	ids, err := clientIDs(ctx, db.Collection("clients"), businessID)
	return sample(ids), err
}

// sample picks clients evenly from the list.
func sample(ids []int64) []int64 {
	n := min(sampled, len(ids))
	picked := make([]int64, n)
	for i := range picked {
		picked[i] = ids[i*len(ids)/n]
	}
	return picked
}

func clientIDs(ctx context.Context, clients *mongo.Collection, businessID int64) ([]int64, error) {
	live := bson.D{{Key: "businessId", Value: businessID}, {Key: "lifecycle", Value: "live"}}
	cursor, err := clients.Find(ctx, live, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("list the clients: %w", err)
	}
	var found []struct {
		ID int64 `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, fmt.Errorf("list the clients: %w", err)
	}
	ids := make([]int64, len(found))
	for i, one := range found {
		ids[i] = one.ID
	}
	slices.Sort(ids)
	return ids, nil
}

// subjects returns the writes that give each client subjects at those distances.
func subjects(ids []int64, strides []int) []mongo.WriteModel {
	writes := make([]mongo.WriteModel, len(ids))
	for i, id := range ids {
		var viewed []int64
		for _, stride := range strides {
			if subject := ids[(i+stride)%len(ids)]; subject != id {
				viewed = append(viewed, subject)
			}
		}
		slices.Sort(viewed)
		viewed = slices.Compact(viewed)
		writes[i] = mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: id}}).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "viewSubjectIds", Value: viewed}}}})
	}
	return writes
}

// Widen gives the first clients of the business these numbers of subjects, and returns
// their ids.
func Widen(ctx context.Context, db *mongo.Database, businessID int64, counts []int) ([]int64, error) {
	clients := db.Collection("clients")
	ids, err := clientIDs(ctx, clients, businessID)
	if err != nil {
		return nil, err
	}
	if need := slices.Max(counts) + len(counts); len(ids) < need {
		return nil, fmt.Errorf("the business has %d live clients, and %d are needed", len(ids), need)
	}
	viewers, others := ids[:len(counts)], ids[len(counts):]
	for i, count := range counts {
		_, err := clients.UpdateByID(ctx, viewers[i], bson.D{{Key: "$set", Value: bson.D{{Key: "viewSubjectIds", Value: others[:count]}}}})
		if err != nil {
			return nil, fmt.Errorf("write whom a client may view: %w", err)
		}
	}
	return viewers, nil
}
