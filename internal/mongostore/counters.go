package mongostore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/client"
)

// idBlockSize is how many ids a process takes at once: one round trip for that
// many creates, and at most that many ids unused when it ends.
const idBlockSize = 64

// idBlock hands out the ids of a counter. Processes share the counter and take
// from it in blocks, so that no id is given twice.
type idBlock struct {
	counters *mongo.Collection
	name     string

	mu         sync.Mutex
	first, end int64
}

// next returns an id that nobody else gets. It is no part of a transaction of
// ctx: the block stays in use when that is rolled back.
func (b *idBlock) next(ctx context.Context) (int64, error) {
	ctx = mongo.NewSessionContext(ctx, nil)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == b.end {
		last, err := increment(ctx, b.counters, b.name, idBlockSize)
		if madeMeanwhile(err) {
			last, err = increment(ctx, b.counters, b.name, idBlockSize)
		}
		if err != nil {
			return 0, err
		}
		b.first, b.end = last-idBlockSize+1, last+1
	}
	id := b.first
	b.first++
	return id, nil
}

// drop gives the rest of the block up, because ids of it turned out to be in
// use.
func (b *idBlock) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.first = b.end
}

// reserve keeps the counter above an id that came from elsewhere.
func (b *idBlock) reserve(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	_, err := b.counters.UpdateOne(ctx,
		bson.D{{Key: "_id", Value: b.name}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "value", Value: id}}}},
		options.UpdateOne().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("raise the counter %s: %w", b.name, err)
	}
	b.drop()
	return nil
}

// increment adds to a counter, which begins at 0, and returns what it is then.
// The first increment of all may fail; see madeMeanwhile.
func increment(ctx context.Context, counters *mongo.Collection, name string, by int64) (int64, error) {
	c, err := count(ctx, counters, name, by)
	return c.Value, err
}

// counter is a counter's document. That of a business's feed says as well by
// what the clients are keyed that are written from now on, once that changed:
// each transaction that writes clients counts there, and reads it so.
type counter struct {
	Value  int64           `bson:"value"`
	Keying *keyingDocument `bson:"keying"`
	// KeyVersion is what all keys are of, or of a later version; RekeyTo is the
	// version that they are being made for. See client.KeyState.
	KeyVersion string `bson:"keyVersion"`
	RekeyTo    string `bson:"rekeyTo"`
}

type keyingDocument struct {
	Locale      string `bson:"locale"`
	PhoneRegion string `bson:"phoneRegion"`
}

// count is increment, for the whole of the counter.
func count(ctx context.Context, counters *mongo.Collection, name string, by int64) (counter, error) {
	var c counter
	err := counters.FindOneAndUpdate(ctx,
		bson.D{{Key: "_id", Value: name}},
		bson.D{
			{Key: "$inc", Value: bson.D{{Key: "value", Value: by}}},
			// What a business's first clients are keyed by.
			{Key: "$setOnInsert", Value: bson.D{{Key: "keyVersion", Value: client.KeyVersion}}},
		},
		options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After),
	).Decode(&c)
	if err != nil {
		return c, fmt.Errorf("increment the counter %s: %w", name, err)
	}
	return c, nil
}

// madeMeanwhile says whether an increment failed because another first one made
// the counter at that moment. MongoDB tells of a duplicate key, the embedded
// engine of no document. It is there now: the increment is to be run again.
func madeMeanwhile(err error) bool {
	return mongo.IsDuplicateKeyError(err) || errors.Is(err, mongo.ErrNoDocuments)
}
