// Package counters stores counters in the database: it generates ids in blocks, and keeps
// a number for each business and kind of numbered documents.
package counters

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/search"
)

// blockSize is how many ids a process takes at once: one round trip serves that many
// creates, and at most that many ids are unused when it ends.
const blockSize = 64

// OfDeployment is the business id of counters that belong to no business.
const OfDeployment int64 = 0

// Ref identifies a counter by its business and name. Names also differ between
// businesses.
type Ref struct {
	BusinessID int64
	Name       string
}

// Filter selects the counter.
func (k Ref) Filter() bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: k.BusinessID}, {Key: schema.FieldID, Value: k.Name}}
}

// unnamed selects the counter of an earlier version, which had no business.
func (k Ref) unnamed() bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: nil}, {Key: schema.FieldID, Value: k.Name}}
}

// naming is the update that adds the business.
func (k Ref) naming() bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: schema.FieldBusiness, Value: k.BusinessID}}}}
}

// Adopt adds the business to a counter of an earlier version. It runs outside the
// transaction of ctx, which fails because of the counter and runs again.
func (k Ref) Adopt(ctx context.Context, counters *mongo.Collection) error {
	_, err := counters.UpdateOne(mongo.NewSessionContext(ctx, nil), k.unnamed(), k.naming())
	if err != nil {
		return fmt.Errorf("add the business to the counter %s: %w", k.Name, err)
	}
	return nil
}

// Taken handles the error of a transaction that could not create a counter, because
// another transaction or an earlier version had created it. The returned error makes the
// transaction run again.
func (k Ref) Taken(ctx context.Context, counters *mongo.Collection, err error) error {
	if failed := k.Adopt(ctx, counters); failed != nil {
		return failed
	}
	return transact.AsConflict(err)
}

// Find reads a counter. Error: mongo.ErrNoDocuments.
func Find(ctx context.Context, counters *mongo.Collection, key Ref) (Counter, error) {
	var c Counter
	err := counters.FindOne(ctx, key.Filter()).Decode(&c)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = counters.FindOne(ctx, key.unnamed()).Decode(&c)
	}
	return c, err
}

// Block generates ids from a counter. Processes share the counter and take blocks of ids
// from it, so that no id is given twice.
type Block struct {
	counters *mongo.Collection
	name     string

	mu         sync.Mutex
	first, end int64
	// taking is closed when taking a block has succeeded or failed; nil if no caller
	// takes one.
	taking chan struct{}
	// drops counts the dropped blocks: a block that was being taken meanwhile is dropped
	// too.
	drops int
}

// NewBlock returns a generator of ids from the deployment's counter with that name.
func NewBlock(counters *mongo.Collection, name string) *Block {
	return &Block{counters: counters, name: name}
}

// Next returns a new id. It is not part of a transaction of ctx: a rollback does not give
// the id back. One caller takes a block from the database, and others wait for it until
// their contexts end.
func (b *Block) Next(ctx context.Context) (int64, error) {
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

// take takes a block, and wakes the waiting callers: if it failed, the next of them
// tries.
func (b *Block) take(ctx context.Context, drops int) error {
	last, err := Increment(ctx, b.counters, Ref{BusinessID: OfDeployment, Name: b.name}, blockSize)
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.taking)
	b.taking = nil
	if err == nil && drops == b.drops {
		b.first, b.end = last-blockSize+1, last+1
	}
	return err
}

// TakeRun returns the first of that many new consecutive ids. It is not part of a
// transaction of ctx.
func (b *Block) TakeRun(ctx context.Context, size int64) (first int64, err error) {
	last, err := Increment(mongo.NewSessionContext(ctx, nil), b.counters, Ref{BusinessID: OfDeployment, Name: b.name}, size)
	return last - size + 1, err
}

// Drop drops the rest of the block, because some of its ids are in use.
func (b *Block) Drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.first = b.end
	b.drops++
}

// Reserve raises the counter to the id of an imported record, if it is lower.
func (b *Block) Reserve(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	key := Ref{BusinessID: OfDeployment, Name: b.name}
	raise := func() error {
		_, err := b.counters.UpdateOne(ctx, key.Filter(),
			bson.D{{Key: "$max", Value: bson.D{{Key: "value", Value: id}}}}, options.UpdateOne().SetUpsert(true))
		return err
	}
	err := raise()
	if MadeMeanwhile(err) {
		if err = key.Adopt(ctx, b.counters); err == nil {
			err = raise()
		}
	}
	if err != nil {
		return fmt.Errorf("raise the counter %s: %w", b.name, err)
	}
	b.Drop()
	return nil
}

// Increment adds to a counter, which begins at 0, outside transactions, and returns the
// new value.
func Increment(ctx context.Context, counters *mongo.Collection, key Ref, by int64) (int64, error) {
	c, err := Add(ctx, counters, key, by)
	if MadeMeanwhile(err) {
		if err = key.Adopt(ctx, counters); err == nil {
			c, err = Add(ctx, counters, key, by)
		}
	}
	return c.Value, err
}

// Lock makes other transactions that lock the same noun of a business wait for the end of
// this one, by writing to its counter.
func Lock(ctx context.Context, counters *mongo.Collection, businessID int64, noun string) error {
	key := Ref{BusinessID: businessID, Name: noun + ":" + strconv.FormatInt(businessID, 10)}
	_, err := Add(ctx, counters, key, 1)
	if MadeMeanwhile(err) {
		return key.Taken(ctx, counters, err)
	}
	return err
}

// Counter is a counter's document. The counter of a business's feed also has the current
// settings and rules for search and sort keys, once they were changed: each transaction
// that writes clients counts there, and so reads them.
type Counter struct {
	Value    int64     `bson:"value"`
	Settings *Settings `bson:"keying"`
	// RulesVersion is the least version of all keys; RekeyTo is the version that clients
	// are being rekeyed for. See search.RekeyState.
	RulesVersion string `bson:"keyVersion"`
	RekeyTo      string `bson:"rekeyTo"`
}

// Settings is the stored form of search.Settings, which the search and sort keys of
// clients depend on.
type Settings struct {
	Locale      string `bson:"locale"`
	PhoneRegion string `bson:"phoneRegion"`
}

// Add adds to a counter once, and returns its document. The first Add of a counter may
// fail; see MadeMeanwhile.
func Add(ctx context.Context, counters *mongo.Collection, key Ref, by int64) (Counter, error) {
	var c Counter
	err := counters.FindOneAndUpdate(ctx, key.Filter(),
		bson.D{
			{Key: "$inc", Value: bson.D{{Key: "value", Value: by}}},
			// This version's rules make the keys of a business's first clients.
			{Key: "$setOnInsert", Value: bson.D{{Key: "keyVersion", Value: search.RulesVersion}}},
		},
		options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After),
	).Decode(&c)
	if err != nil {
		return c, fmt.Errorf("increment the counter %s: %w", key.Name, err)
	}
	return c, nil
}

// MadeMeanwhile says whether Add failed because another transaction created the counter
// at the same time, or because an earlier version had created it; see Ref.Adopt. MongoDB
// reports a duplicate key, the embedded engine no document. Call Add again.
func MadeMeanwhile(err error) bool {
	return mongo.IsDuplicateKeyError(err) || errors.Is(err, mongo.ErrNoDocuments)
}
