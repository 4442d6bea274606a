// Package mongostore stores clients in MongoDB: it implements package store. Package
// client defines the records and their meaning.
//
// Each package below it has one subject, and none imports this one: schema has the
// collections and their indexes, record the documents of clients, query the filters that
// find them, counters the numbers and ids, transact transactions and failures, feed the
// change feed, lease the leases of long transactions, webhooks and jobs the background
// work, and admin the commands for operators. Only these packages and this one build
// database commands.
//
// The rest is one package because Store.Write collects all writes of a use case in one
// transaction, and each kind of write must conflict with documents that the others write.
// Each kind has a type of its own, which the transaction embeds.
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

// New returns the store in that database. Acknowledged writes are on a majority of the
// replica set and are never rolled back. Reads go to the primary and see only such
// writes, whatever the connection's URI prefers: a secondary may be behind what the same
// caller has read before.
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

// ReportFeedLag sets the function that is called for each feed row that this process
// numbers, with the time since the change. Call it before the store is used; report must
// not block.
func (s *Store) ReportFeedLag(report func(time.Duration)) { s.feed.ReportLag(report) }

// NumberChanges numbers all rows of the change feed without a number, in all businesses:
// servers that ended may have left some.
func (s *Store) NumberChanges(ctx context.Context) error { return s.feed.NumberAll(ctx) }

// OutboxOn says whether rows of the change feed are numbered through the outbox, which
// SwitchToOutbox turns on.
func (s *Store) OutboxOn(ctx context.Context) (bool, error) { return s.feed.OutboxOn(ctx) }

// SwitchToOutbox lets rows of the change feed be numbered after the transactions that
// write them, instead of in them; see feed.Feed.
func (s *Store) SwitchToOutbox(ctx context.Context) error { return s.feed.SwitchToOutbox(ctx) }
