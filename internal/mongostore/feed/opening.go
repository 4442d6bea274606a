package feed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/search"
)

const (
	fieldEpoch   = "epoch"
	partSettings = "keys"
	partHead     = "head"
	// fieldLeased is the time until which writers of a business must look for leases, in
	// the document that all of them read.
	fieldLeased = "leasedUntil"
	// outboxSwitch is the document that exists when rows of the feed are numbered through
	// the outbox.
	outboxSwitch = "outbox"
)

// WriterState has the settings and rules for the search and sort keys of a business's
// clients. Every transaction that writes clients reads it; it is rarely written. If it
// does not exist, the business's counter has the same fields, and rows are numbered in
// their transactions.
type WriterState struct {
	Settings *counters.Settings `bson:"keying,omitempty"`
	// RulesVersion is the least version of all keys; RekeyTo is the version that clients
	// are being rekeyed for. See search.RekeyState.
	RulesVersion string `bson:"keyVersion"`
	RekeyTo      string `bson:"rekeyTo,omitempty"`
	// Epoch increases with every change of the other fields that writers must notice.
	// Rows of the outbox have the epoch that their transaction read.
	Epoch int64 `bson:"epoch"`
	// LeasedUntil is until when writers must look for leases.
	LeasedUntil time.Time `bson:"leasedUntil,omitempty"`
}

func feedPart(businessID int64, part string) bson.D {
	return bson.D{{Key: schema.FieldBusiness, Value: businessID}, {Key: schema.FieldPart, Value: part}}
}

// ErrNotOpen says that a business's feed must be opened before a transaction can write to
// it.
var ErrNotOpen = errors.New("the business has no feed yet")

// WriterState returns the document that writers of a business read; nil while its rows
// are numbered in their transactions. Error: ErrNotOpen.
func (f *Feed) WriterState(ctx context.Context, businessID int64) (*WriterState, error) {
	keys, err := f.FindWriterState(ctx, businessID)
	if err != nil || keys != nil {
		return keys, err
	}
	on, err := f.OutboxOn(ctx)
	if err == nil && on {
		err = ErrNotOpen
	}
	return nil, err
}

// FindWriterState returns the document that writers of a business read; nil if there is
// none.
func (f *Feed) FindWriterState(ctx context.Context, businessID int64) (*WriterState, error) {
	var keys WriterState
	err := f.db.Collection(schema.Feeds).FindOne(ctx, feedPart(businessID, partSettings)).Decode(&keys)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the rules of a business's keys: %w", err)
	}
	return &keys, nil
}

// OutboxOn says whether rows of the change feed are numbered through the outbox, which
// SwitchToOutbox turns on.
func (f *Feed) OutboxOn(ctx context.Context) (bool, error) {
	err := f.db.Collection(schema.Switches).FindOne(ctx, bson.D{{Key: schema.FieldID, Value: outboxSwitch}}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find how the feed is numbered: %w", err)
	}
	return true, nil
}

// SwitchToOutbox lets rows of the change feed be numbered through the outbox, instead of
// in the transactions that write them, beginning with each business's next write. All
// servers must know the outbox: others can no longer write clients of such a business. It
// may be run again, and by several processes at once.
func (f *Feed) SwitchToOutbox(ctx context.Context) error {
	_, err := f.db.Collection(schema.Switches).UpdateOne(ctx, bson.D{{Key: schema.FieldID, Value: outboxSwitch}},
		bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "at", Value: time.Now()}}}}, options.UpdateOne().SetUpsert(true))
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("switch to the outbox: %w", err)
	}
	return nil
}

// moved replaces a counter's number, so that a server of a version without the outbox fails
// instead of numbering rows itself.
const moved = "numbered by the outbox"

// Open creates the documents of a business's feed, which continues where its counter
// ended. Transactions that use the counter at the same time fail, and run again.
func (f *Feed) Open(ctx context.Context, businessID int64) error {
	collection, key := f.db.Collection(schema.Counters), Counter(businessID)
	if err := key.Adopt(ctx, collection); err != nil {
		return err
	}
	return transact.Run(ctx, f.db, func(ctx context.Context) error {
		keys, err := f.FindWriterState(ctx, businessID)
		if err != nil || keys != nil {
			return err
		}
		var c counters.Counter
		switch err := collection.FindOne(ctx, key.Filter()).Decode(&c); {
		case errors.Is(err, mongo.ErrNoDocuments):
			c.RulesVersion = search.RulesVersion
		case err != nil:
			return fmt.Errorf("find the counter of a business: %w", err)
		default:
			if _, err := collection.UpdateOne(ctx, key.Filter(), bson.D{{Key: "$set", Value: bson.D{{Key: "value", Value: moved}}}}); err != nil {
				return fmt.Errorf("end a counter: %w", err)
			}
		}
		const first = int64(1)
		_, err = f.db.Collection(schema.Feeds).InsertMany(ctx, []any{
			append(feedPart(businessID, partHead), bson.E{Key: "head", Value: c.Value}, bson.E{Key: fieldEpoch, Value: first}),
			append(feedPart(businessID, partSettings), keysSet(WriterState{Settings: c.Settings, RulesVersion: c.RulesVersion, RekeyTo: c.RekeyTo, Epoch: first})...),
		})
		if mongo.IsDuplicateKeyError(err) {
			return transact.AsConflict(err)
		}
		if err != nil {
			return fmt.Errorf("open a feed: %w", err)
		}
		return nil
	})
}

func keysSet(keys WriterState) bson.D {
	set := bson.D{{Key: "keyVersion", Value: keys.RulesVersion}, {Key: "rekeyTo", Value: keys.RekeyTo}, {Key: fieldEpoch, Value: keys.Epoch}}
	if keys.Settings != nil {
		set = append(set, bson.E{Key: "keying", Value: *keys.Settings})
	}
	return set
}

// AnnounceLease makes writers of the business look for leases until that time.
func (f *Feed) AnnounceLease(ctx context.Context, businessID int64, until time.Time) error {
	_, err := f.db.Collection(schema.Feeds).UpdateOne(ctx, feedPart(businessID, partSettings),
		bson.D{{Key: "$max", Value: bson.D{{Key: fieldLeased, Value: until}}}})
	if err != nil {
		return fmt.Errorf("announce a lease: %w", err)
	}
	return nil
}
