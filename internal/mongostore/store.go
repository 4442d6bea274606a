// Package mongostore stores clients in MongoDB: it implements package store. What is stored,
// and what it means, is defined by package client.
//
// Each package below it has one subject, and none imports this one: schema has the
// collections and their indexes, record the documents of clients, query the filters that
// find them, counters the numbers and ids, transact transactions and failures, feed the
// change feed, lease the leases of long transactions, webhooks and jobs the background
// work, and admin what operators do. Only these packages and this one build commands.
//
// The rest is one package because it is one thing: Store.Write collects all writes of a use
// case in one transaction, and each kind of write depends on the others of the transaction,
// with whose documents it must conflict. The kinds are types of their own, which the
// transaction embeds.
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

// ReportFeedLag has report called for each row of the change feed that this process numbers,
// with how long after its change that is. It is to be called before the store is used; report
// must not block.
func (s *Store) ReportFeedLag(report func(time.Duration)) { s.feed.ReportLag(report) }

// NumberChanges numbers all rows of the change feed that have no number yet, in all
// businesses: those of servers that ended before they numbered them.
func (s *Store) NumberChanges(ctx context.Context) error { return s.feed.NumberAll(ctx) }

// OutboxOn says whether the rows of the change feed are numbered by the outbox,
// which SwitchToOutbox turns on.
func (s *Store) OutboxOn(ctx context.Context) (bool, error) { return s.feed.OutboxOn(ctx) }

// SwitchToOutbox has the rows of the change feed numbered after the transactions that write
// them, no longer in them; see feed.Feed.
func (s *Store) SwitchToOutbox(ctx context.Context) error { return s.feed.SwitchToOutbox(ctx) }
