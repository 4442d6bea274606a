// Package admin has the work of operators on a database: it creates and compares indexes,
// migrates data of earlier versions, shards the collections of a cluster, and checks
// whether the database can serve. Use cases do not need it.
package admin

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
)

// Admin does the work of operators on a database. It is safe for concurrent use, also by
// several processes on one database.
type Admin struct {
	db    *mongo.Database
	codec *record.Codec
	feed  *feed.Feed
	seen  *indexed.Seen
}

// New returns the Admin of that database. The indexes that it finds are recorded in seen.
func New(db *mongo.Database, codec *record.Codec, feed *feed.Feed, seen *indexed.Seen) *Admin {
	return &Admin{db: db, codec: codec, feed: feed, seen: seen}
}

// Ready says whether the database can read documents and has the indexes that reads need.
func (a *Admin) Ready(ctx context.Context) error {
	there, err := a.indexesOf(ctx, schema.Clients)
	if err != nil {
		return err
	}
	for _, want := range schema.ClientIndexes() {
		if _, known := there[want.Name]; !known {
			return fmt.Errorf("the index %s of %s is missing: run the command indexes", want.Name, schema.Clients)
		}
	}
	// The feed is also read without its indexes; when they are created, reads use them.
	if _, err := a.indexesOf(ctx, schema.Changes); err != nil {
		return err
	}
	// An engine can list its indexes although its storage hangs, so a document is read
	// too.
	_, err = a.Empty(ctx)
	return err
}

// Empty says whether no client of any business is stored.
func (a *Admin) Empty(ctx context.Context) (bool, error) {
	// A find, because statistics can be wrong after a crash.
	err := a.db.Collection(schema.Clients).FindOne(ctx, bson.D{}, options.FindOne().SetProjection(bson.D{{Key: schema.FieldID, Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a client: %w", err)
	}
	return false, nil
}

// numberedInTransactions is 1 until SwitchToOutbox was run, then 0.
func (a *Admin) numberedInTransactions(ctx context.Context) (int64, error) {
	on, err := a.feed.OutboxOn(ctx)
	if err != nil || on {
		return 0, err
	}
	return 1, nil
}

// beginWithOutbox turns the outbox on in an empty database.
func (a *Admin) beginWithOutbox(ctx context.Context) error {
	err := a.db.Collection(schema.Counters).FindOne(ctx, feed.Counters()).Err()
	if err == nil {
		return nil
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("look for a feed: %w", err)
	}
	empty, err := a.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	return a.feed.SwitchToOutbox(ctx)
}
