// Package mongostore keeps clients in MongoDB: it implements package store. What it
// stores, and what that means, is package client's.
//
// The packages below it know one thing each, and none imports this one: schema the
// collections and their indexes, record the documents of clients, query the filters
// that find them, counters the numbers and ids, transact transactions and failures,
// feed the change feed, lease how long transactions come to their end, webhooks and jobs
// what is delivered and done beside requests, and admin what operators do. Together with this one they are the only places that build commands.
//
// What is left here is one package because it is one thing: Store.Write collects in one
// transaction what the use cases write, and each kind of write has to know the rest of
// it, whose documents it must conflict with. The kinds are types of their own, which
// the transaction embeds.
package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/feed"
	"clientgraph/internal/mongostore/indexed"
	"clientgraph/internal/mongostore/jobs"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/mongostore/webhooks"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Store implements store.Store. It is safe for concurrent use, also by several
// processes on one database.
type Store struct {
	*admin.Admin
	*clientReads
	*businesses
	*exports
	*erasures
	*sealedKeys
	*webhooks.WebhookStore
	*jobs.JobStore
	*ids
	store.ChangeStore

	db       *mongo.Database
	writer   *transact.Writer
	codec    *record.Codec
	seen     *indexed.Seen
	feed     *feed.Feed
	indexers search.Indexers
}

var _ store.Store = (*Store)(nil)

// New returns the store in that database. Acknowledged writes are on a majority
// of the replica set and are never rolled back, and reads are of the primary and
// of such writes alone, whatever the connection's URI prefers: what is read of a
// secondary may be older than what the same caller read before.
func New(connection *mongo.Client, database string) *Store {
	db := connection.Database(database, options.Database().
		SetWriteConcern(writeconcern.Majority()).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary()))
	codec := record.NewCodec(record.Upgrades())
	seen := &indexed.Seen{}
	s := &Store{db: db, writer: transact.NewWriter(db), codec: codec, seen: seen}
	s.feed = feed.New(db, seen, s.remakeKeys)
	s.ChangeStore = s.feed
	s.Admin = admin.New(db, codec, s.feed, seen)
	s.clientReads = &clientReads{db: db, codec: codec, seen: seen, common: commonKey}
	s.businesses = &businesses{db: db, feed: s.feed}
	s.WebhookStore = webhooks.New(db)
	s.JobStore = jobs.New(db)
	s.exports = &exports{db: db, codec: codec, feed: s.feed}
	s.erasures = &erasures{db: db, feed: s.feed, exports: s.exports, webhooks: s.WebhookStore, jobs: s.JobStore}
	s.sealedKeys = &sealedKeys{db: db}
	s.ids = newIDs(db)
	return s
}

// TellFeedLag has tell told how long after its change each row of the feed gets its
// number, if this process numbers it. It is to be called before the store is used;
// tell must not block.
func (s *Store) TellFeedLag(tell func(time.Duration)) { s.feed.TellLag(tell) }

// NumberChanges gives all rows of the change feed their numbers that wait for one,
// in all businesses: those of servers that ended before they could.
func (s *Store) NumberChanges(ctx context.Context) error { return s.feed.NumberAll(ctx) }

// OutboxOn says whether the rows of the change feed are numbered by the outbox,
// which SwitchToOutbox turns on.
func (s *Store) OutboxOn(ctx context.Context) (bool, error) { return s.feed.OutboxOn(ctx) }

// SwitchToOutbox makes an end to numbering the rows of the change feed in the
// transactions that write them; see feed.Feed.
func (s *Store) SwitchToOutbox(ctx context.Context) error { return s.feed.SwitchToOutbox(ctx) }
