package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/search"
)

const (
	keyEpoch = "epoch"
	partKeys = "keys"
	partHead = "head"
	// keyLeased is, in the document that all writers of a business read, until when they
	// are to look for leases.
	keyLeased = "leasedUntil"
	// outboxSwitch is there once rows of the feed are numbered by the outbox.
	outboxSwitch = "outbox"
)

// feedRekeyState says by what the clients of a business are keyed that are written from
// now on. Every transaction that writes clients reads it, and few ever write it.
// Where there is none, the business's counter says it, and rows are numbered in
// their transactions.
type feedRekeyState struct {
	Settings *settingsDocument `bson:"keying,omitempty"`
	// RulesVersion is what all keys are of, or of a later version; RekeyTo is the
	// version that they are being made for. See search.RekeyState.
	RulesVersion string `bson:"keyVersion"`
	RekeyTo      string `bson:"rekeyTo,omitempty"`
	// Epoch rises with every change of the rest that earlier writers had to know of.
	// Rows of the outbox name the one that their transaction read.
	Epoch int64 `bson:"epoch"`
	// LeasedUntil is until when writers are to look for leases.
	LeasedUntil time.Time `bson:"leasedUntil,omitempty"`
}

func feedPart(businessID int64, part string) bson.D {
	return bson.D{{Key: keyBusiness, Value: businessID}, {Key: keyPart, Value: part}}
}

// errNoFeed says that a business's feed is to be opened before a transaction can
// write to it.
var errNoFeed = errors.New("the business has no feed yet")

// feedRekeyState finds the document that writers of a business read; nil while its rows
// are numbered in their transactions. Error: errNoFeed.
func (f *Feed) feedRekeyState(ctx context.Context, businessID int64) (*feedRekeyState, error) {
	keys, err := f.findFeedRekeyState(ctx, businessID)
	if err != nil || keys != nil {
		return keys, err
	}
	on, err := f.OutboxOn(ctx)
	if err == nil && on {
		err = errNoFeed
	}
	return nil, err
}

func (f *Feed) findFeedRekeyState(ctx context.Context, businessID int64) (*feedRekeyState, error) {
	var keys feedRekeyState
	err := f.db.Collection(feedsName).FindOne(ctx, feedPart(businessID, partKeys)).Decode(&keys)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the rules of a business's keys: %w", err)
	}
	return &keys, nil
}

// OutboxOn says whether the rows of the change feed are numbered by the outbox,
// which SwitchToOutbox turns on.
func (f *Feed) OutboxOn(ctx context.Context) (bool, error) {
	err := f.db.Collection(switchesName).FindOne(ctx, bson.D{{Key: keyID, Value: outboxSwitch}}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find how the feed is numbered: %w", err)
	}
	return true, nil
}

// SwitchToOutbox makes an end to numbering the rows of the change feed in the
// transactions that write them: each business follows with its next write. Servers of
// before the outbox must be gone: they can't write clients of such a business any
// more. It may be run again, also by several processes at once, and beside servers
// that know the outbox.
func (f *Feed) SwitchToOutbox(ctx context.Context) error {
	_, err := f.db.Collection(switchesName).UpdateOne(ctx, bson.D{{Key: keyID, Value: outboxSwitch}},
		bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "at", Value: time.Now()}}}}, options.UpdateOne().SetUpsert(true))
	if err != nil && !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("switch to the outbox: %w", err)
	}
	return nil
}

// moved takes the place of a counter's number: a server of before the outbox can't
// count on, and fails instead of numbering beside others.
const moved = "numbered by the outbox"

// openFeed makes the documents of a business's feed, which goes on where its counter
// ended. Transactions that count there at the same time fail, and run again.
func (f *Feed) openFeed(ctx context.Context, businessID int64) error {
	counters, key := f.db.Collection(countersName), changeCounter(businessID)
	if err := key.adopt(ctx, counters); err != nil {
		return err
	}
	return inTransaction(ctx, f.db, func(ctx context.Context) error {
		keys, err := f.findFeedRekeyState(ctx, businessID)
		if err != nil || keys != nil {
			return err
		}
		var c counter
		switch err := counters.FindOne(ctx, key.filter()).Decode(&c); {
		case errors.Is(err, mongo.ErrNoDocuments):
			c.RulesVersion = search.RulesVersion
		case err != nil:
			return fmt.Errorf("find the counter of a business: %w", err)
		default:
			if _, err := counters.UpdateOne(ctx, key.filter(), bson.D{{Key: "$set", Value: bson.D{{Key: "value", Value: moved}}}}); err != nil {
				return fmt.Errorf("end a counter: %w", err)
			}
		}
		const first = int64(1)
		_, err = f.db.Collection(feedsName).InsertMany(ctx, []any{
			append(feedPart(businessID, partHead), bson.E{Key: "head", Value: c.Value}, bson.E{Key: keyEpoch, Value: first}),
			append(feedPart(businessID, partKeys), keysSet(feedRekeyState{Settings: c.Settings, RulesVersion: c.RulesVersion, RekeyTo: c.RekeyTo, Epoch: first})...),
		})
		if mongo.IsDuplicateKeyError(err) {
			return asConflict(err)
		}
		if err != nil {
			return fmt.Errorf("open a feed: %w", err)
		}
		return nil
	})
}

func keysSet(keys feedRekeyState) bson.D {
	set := bson.D{{Key: "keyVersion", Value: keys.RulesVersion}, {Key: "rekeyTo", Value: keys.RekeyTo}, {Key: keyEpoch, Value: keys.Epoch}}
	if keys.Settings != nil {
		set = append(set, bson.E{Key: "keying", Value: *keys.Settings})
	}
	return set
}

// AnnounceLease has writers of the business look for leases until then.
func (f *Feed) AnnounceLease(ctx context.Context, businessID int64, until time.Time) error {
	_, err := f.db.Collection(feedsName).UpdateOne(ctx, feedPart(businessID, partKeys),
		bson.D{{Key: "$max", Value: bson.D{{Key: keyLeased, Value: until}}}})
	if err != nil {
		return fmt.Errorf("announce a lease: %w", err)
	}
	return nil
}
