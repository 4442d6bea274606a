package feed

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/search"
)

// SetSettings stores, in a transaction, the settings for search and sort keys from now
// on. Writers that began before are noticed: they conflict at the counter, or their rows
// have an earlier epoch.
func (f *Feed) SetSettings(ctx context.Context, businessID int64, settings search.Settings) error {
	keys, err := f.WriterState(ctx, businessID)
	if err != nil {
		return err
	}
	set := bson.D{{Key: "keying", Value: counters.Settings(settings)}}
	if keys != nil {
		return f.rekey(ctx, businessID, set)
	}
	// This version's rules make the keys of a business's first clients.
	rules := bson.E{Key: "$setOnInsert", Value: bson.D{{Key: "keyVersion", Value: search.RulesVersion}}}
	if err := f.setInCounter(ctx, businessID, set, rules); err != nil {
		return fmt.Errorf("store the settings of keys: %w", err)
	}
	return nil
}

// CorrectSettings stores the settings for search and sort keys if the business has such
// settings already. The keys of its clients stay as they are.
func (f *Feed) CorrectSettings(ctx context.Context, businessID int64, settings search.Settings) error {
	exists := bson.E{Key: "keying", Value: bson.D{{Key: "$exists", Value: true}}}
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "keying", Value: counters.Settings(settings)}}}}
	if _, err := f.db.Collection(schema.Feeds).UpdateOne(ctx, append(feedPart(businessID, partSettings), exists), set); err != nil {
		return fmt.Errorf("store the settings of keys: %w", err)
	}
	counters, key := f.db.Collection(schema.Counters), Counter(businessID)
	if err := key.Adopt(ctx, counters); err != nil {
		return err
	}
	_, err := counters.UpdateOne(ctx, append(key.Filter(), exists), set)
	if err != nil {
		return fmt.Errorf("store the settings of keys: %w", err)
	}
	return nil
}

// RekeyState returns which rules made the search and sort keys of a business's clients.
func (f *Feed) RekeyState(ctx context.Context, businessID int64) (search.RekeyState, error) {
	keys, err := f.FindWriterState(ctx, businessID)
	if err != nil {
		return search.RekeyState{}, err
	}
	if keys != nil {
		return search.RekeyState{Version: keys.RulesVersion, Target: keys.RekeyTo}, nil
	}
	c, err := counters.Find(ctx, f.db.Collection(schema.Counters), Counter(businessID))
	if errors.Is(err, mongo.ErrNoDocuments) {
		return search.RekeyState{Version: search.RulesVersion}, nil
	}
	if err != nil {
		return search.RekeyState{}, fmt.Errorf("find the counter of a business: %w", err)
	}
	return search.RekeyState{Version: c.RulesVersion, Target: c.RekeyTo}, nil
}

// SetRekeyState stores, in a transaction, which rules made the keys.
func (f *Feed) SetRekeyState(ctx context.Context, businessID int64, state search.RekeyState) error {
	set := bson.D{{Key: "keyVersion", Value: state.Version}, {Key: "rekeyTo", Value: state.Target}}
	keys, err := f.WriterState(ctx, businessID)
	if err != nil {
		return err
	}
	if keys != nil {
		return f.rekey(ctx, businessID, set)
	}
	if err := f.setInCounter(ctx, businessID, set); err != nil {
		return fmt.Errorf("store the rules of keys: %w", err)
	}
	return nil
}

// setInCounter sets fields of a business's counter in a transaction: writers that began
// before conflict with it, and later ones read the fields.
func (f *Feed) setInCounter(ctx context.Context, businessID int64, set bson.D, more ...bson.E) error {
	collection, key := f.db.Collection(schema.Counters), Counter(businessID)
	update := append(bson.D{
		{Key: "$set", Value: set},
		{Key: "$inc", Value: bson.D{{Key: "value", Value: int64(0)}}},
	}, more...)
	_, err := collection.UpdateOne(ctx, key.Filter(), update, options.UpdateOne().SetUpsert(true))
	if counters.MadeMeanwhile(err) {
		return key.Taken(ctx, collection, err)
	}
	return err
}

// rekey changes, in a transaction, the settings and rules for the search and sort keys of
// a business's clients. It raises the head's epoch too, so that a writer that read the
// document before and commits later is noticed when its rows are numbered.
func (f *Feed) rekey(ctx context.Context, businessID int64, set bson.D) error {
	raised := bson.E{Key: "$inc", Value: bson.D{{Key: fieldEpoch, Value: int64(1)}}}
	feeds := f.db.Collection(schema.Feeds)
	if _, err := feeds.UpdateOne(ctx, feedPart(businessID, partSettings), bson.D{{Key: "$set", Value: set}, raised}); err != nil {
		return fmt.Errorf("store the settings of keys: %w", err)
	}
	if _, err := feeds.UpdateOne(ctx, feedPart(businessID, partHead), bson.D{raised}); err != nil {
		return fmt.Errorf("begin an epoch of the feed: %w", err)
	}
	return nil
}

// Outdated finds the businesses whose clients may have search and sort keys of an earlier
// version of the rules, in no order. Each business has a feed or a counter.
func (f *Feed) Outdated(ctx context.Context, version string) ([]int64, error) {
	ids, err := outdatedFeeds(ctx, f.db, version)
	if err != nil {
		return nil, err
	}
	counters, err := outdatedCounters(ctx, f.db, version)
	return append(ids, counters...), err
}

func outdatedFeeds(ctx context.Context, db *mongo.Database, version string) ([]int64, error) {
	earlier := bson.D{{Key: "$lt", Value: version}}
	cursor, err := db.Collection(schema.Feeds).Find(ctx,
		bson.D{{Key: schema.FieldPart, Value: partSettings}, {Key: "keyVersion", Value: earlier}, {Key: "rekeyTo", Value: earlier}},
		options.Find().SetProjection(bson.D{{Key: schema.FieldBusiness, Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("find feeds with old keys: %w", err)
	}
	return readBusinesses(ctx, cursor)
}

// outdatedCounters returns those of Outdated whose rows are numbered in transactions.
func outdatedCounters(ctx context.Context, db *mongo.Database, version string) ([]int64, error) {
	cursor, err := db.Collection(schema.Counters).Find(ctx, append(Counters(), bson.E{Key: "value", Value: bson.D{{Key: "$ne", Value: moved}}}))
	if err != nil {
		return nil, fmt.Errorf("find counters: %w", err)
	}
	var stored []struct {
		Name         string `bson:"_id"`
		RulesVersion string `bson:"keyVersion"`
		RekeyTo      string `bson:"rekeyTo"`
	}
	if err := cursor.All(ctx, &stored); err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	var ids []int64
	for _, c := range stored {
		id, err := strconv.ParseInt(strings.TrimPrefix(c.Name, changesPrefix), 10, 64)
		if err == nil && c.RulesVersion < version && c.RekeyTo < version {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Counters selects the counters that number rows in transactions.
func Counters() bson.D {
	return bson.D{{Key: schema.FieldID, Value: bson.D{{Key: "$gte", Value: changesPrefix}, {Key: "$lt", Value: changesPrefix + "~"}}}}
}
