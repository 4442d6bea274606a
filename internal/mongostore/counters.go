package mongostore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/search"
)

// idBlockSize is how many ids a process takes at once: one round trip for that
// many creates, and at most that many ids unused when it ends.
const idBlockSize = 64

// ofDeployment is the business of the counters that are no business's own.
const ofDeployment int64 = 0

// counterKey names a counter: of which business, and what it counts. Names differ
// between businesses too.
type counterKey struct {
	businessID int64
	name       string
}

func (k counterKey) filter() bson.D {
	return bson.D{{Key: keyBusiness, Value: k.businessID}, {Key: keyID, Value: k.name}}
}

// unnamed finds the counter where an earlier version made it, which did not say
// whose it is.
func (k counterKey) unnamed() bson.D {
	return bson.D{{Key: keyBusiness, Value: nil}, {Key: keyID, Value: k.name}}
}

// naming is the update that says whose the counter is.
func (k counterKey) naming() bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: keyBusiness, Value: k.businessID}}}}
}

// adopt writes into a counter that an earlier version made whose it is. It is no
// part of a transaction of ctx: that one fails on the counter, and runs again.
func (k counterKey) adopt(ctx context.Context, counters *mongo.Collection) error {
	_, err := counters.UpdateOne(mongo.NewSessionContext(ctx, nil), k.unnamed(), k.naming())
	if err != nil {
		return fmt.Errorf("say whose the counter %s is: %w", k.name, err)
	}
	return nil
}

// taken is what a transaction fails with that could not make a counter, because
// another one made it at that moment, or an earlier version did: it runs again.
func (k counterKey) taken(ctx context.Context, counters *mongo.Collection, err error) error {
	if failed := k.adopt(ctx, counters); failed != nil {
		return failed
	}
	return asConflict(err)
}

// findCounter reads a counter. Error: mongo.ErrNoDocuments.
func findCounter(ctx context.Context, counters *mongo.Collection, key counterKey) (counter, error) {
	var c counter
	err := counters.FindOne(ctx, key.filter()).Decode(&c)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = counters.FindOne(ctx, key.unnamed()).Decode(&c)
	}
	return c, err
}

// idBlock hands out the ids of a counter. Processes share the counter and take
// from it in blocks, so that no id is given twice.
type idBlock struct {
	counters *mongo.Collection
	name     string

	mu         sync.Mutex
	first, end int64
	// taking is closed when the block that somebody takes is there, or is not to be
	// had; nil while nobody takes one.
	taking chan struct{}
	// drops is how often a block was given up: one that was taken meanwhile is too.
	drops int
}

// newIDBlock hands out the ids of the deployment's counter of that name.
func newIDBlock(counters *mongo.Collection, name string) *idBlock {
	return &idBlock{counters: counters, name: name}
}

// next returns an id that nobody else gets. It is no part of a transaction of
// ctx: the block stays in use when that is rolled back. One caller asks the
// database for a block; others wait for it as long as they may.
func (b *idBlock) next(ctx context.Context) (int64, error) {
	ctx = mongo.NewSessionContext(ctx, nil)
	for {
		b.mu.Lock()
		if b.first < b.end {
			id := b.first
			b.first++
			b.mu.Unlock()
			return id, nil
		}
		taking, drops := b.taking, b.drops
		if taking == nil {
			b.taking = make(chan struct{})
		}
		b.mu.Unlock()
		if taking == nil {
			if err := b.take(ctx, drops); err != nil {
				return 0, err
			}
			continue
		}
		select {
		case <-taking:
		case <-ctx.Done():
			return 0, fmt.Errorf("wait for ids: %w", ctx.Err())
		}
	}
}

// take takes a block, and wakes who waits for it: where there is none, the next of
// them tries.
func (b *idBlock) take(ctx context.Context, drops int) error {
	last, err := increment(ctx, b.counters, counterKey{ofDeployment, b.name}, idBlockSize)
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.taking)
	b.taking = nil
	if err == nil && drops == b.drops {
		b.first, b.end = last-idBlockSize+1, last+1
	}
	return err
}

// takeRun returns the first of that many ids in a row that nobody else gets. It is no
// part of a transaction of ctx.
func (b *idBlock) takeRun(ctx context.Context, size int64) (first int64, err error) {
	last, err := increment(mongo.NewSessionContext(ctx, nil), b.counters, counterKey{ofDeployment, b.name}, size)
	return last - size + 1, err
}

// drop gives the rest of the block up, because ids of it turned out to be in
// use.
func (b *idBlock) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.first = b.end
	b.drops++
}

// reserve keeps the counter above an id that came from elsewhere.
func (b *idBlock) reserve(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	key := counterKey{ofDeployment, b.name}
	raise := func() error {
		_, err := b.counters.UpdateOne(ctx, key.filter(),
			bson.D{{Key: "$max", Value: bson.D{{Key: "value", Value: id}}}}, options.UpdateOne().SetUpsert(true))
		return err
	}
	err := raise()
	if madeMeanwhile(err) {
		if err = key.adopt(ctx, b.counters); err == nil {
			err = raise()
		}
	}
	if err != nil {
		return fmt.Errorf("raise the counter %s: %w", b.name, err)
	}
	b.drop()
	return nil
}

// increment adds to a counter, which begins at 0, outside of transactions, and
// returns what it is then.
func increment(ctx context.Context, counters *mongo.Collection, key counterKey, by int64) (int64, error) {
	c, err := count(ctx, counters, key, by)
	if madeMeanwhile(err) {
		if err = key.adopt(ctx, counters); err == nil {
			c, err = count(ctx, counters, key, by)
		}
	}
	return c.Value, err
}

// counter is a counter's document. That of a business's feed says as well by
// what the clients are keyed that are written from now on, once that changed:
// each transaction that writes clients counts there, and reads it so.
type counter struct {
	Value    int64             `bson:"value"`
	Settings *settingsDocument `bson:"keying"`
	// RulesVersion is what all keys are of, or of a later version; RekeyTo is the
	// version that they are being made for. See search.RekeyState.
	RulesVersion string `bson:"keyVersion"`
	RekeyTo      string `bson:"rekeyTo"`
}

type settingsDocument struct {
	Locale      string `bson:"locale"`
	PhoneRegion string `bson:"phoneRegion"`
}

// count adds to a counter, once, and returns the whole of it. The first count of
// all may fail; see madeMeanwhile.
func count(ctx context.Context, counters *mongo.Collection, key counterKey, by int64) (counter, error) {
	var c counter
	err := counters.FindOneAndUpdate(ctx, key.filter(),
		bson.D{
			{Key: "$inc", Value: bson.D{{Key: "value", Value: by}}},
			// The rules that made the keys of a business's first clients.
			{Key: "$setOnInsert", Value: bson.D{{Key: "keyVersion", Value: search.RulesVersion}}},
		},
		options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After),
	).Decode(&c)
	if err != nil {
		return c, fmt.Errorf("increment the counter %s: %w", key.name, err)
	}
	return c, nil
}

// madeMeanwhile says whether a count failed because another first one made the
// counter at that moment, or because an earlier version made it; see adopt. MongoDB tells of a duplicate key, the embedded
// engine of no document. It is there now: the count is to be run again.
func madeMeanwhile(err error) bool {
	return mongo.IsDuplicateKeyError(err) || errors.Is(err, mongo.ErrNoDocuments)
}
