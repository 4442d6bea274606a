// Package mongostore keeps clients in MongoDB. It is the only place that knows
// collections, documents, indexes, queries and transactions; what it stores and
// what that means is package client's.
package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Collections, one a noun.
const (
	clientsName     = "clients"
	historyName     = "clientHistory"
	changesName     = "changes"
	definitionsName = "fieldDefinitions"
	formsName       = "clientForms"
	businessesName  = "businesses"
	countersName    = "counters"
	dismissalsName  = "dismissals"
	answersName     = "idempotency"
	secretsName     = "secretKeys"
	upsertKeysName  = "upsertKeys"
)

// Store implements store.Store. It is safe for concurrent use, also by several
// processes on one database.
type Store struct {
	mongo *mongo.Client
	db    *mongo.Database
	codec *codec

	clientIDs  *idBlock
	accountIDs *idBlock
	bell       *changeBell
	mergeIDs   *idBlock
	indexers   search.Indexers
	numberer   *numberer
	// feedLag, where it is set, is told how long after its change a row of the feed
	// got its number.
	feedLag func(time.Duration)
}

// TellFeedLag has tell told how long after its change each row of the feed gets its
// number, if this process numbers it. It is to be called before the store is used;
// tell must not block.
func (s *Store) TellFeedLag(tell func(time.Duration)) { s.feedLag = tell }

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
	counters := db.Collection(countersName)
	s := &Store{
		mongo:      connection,
		db:         db,
		codec:      newCodec(upgrades()),
		clientIDs:  &idBlock{counters: counters, name: "clientId"},
		accountIDs: &idBlock{counters: counters, name: "clientAccountId"},
		bell:       &changeBell{changes: db.Collection(changesName), outbox: db.Collection(outboxName)},
		mergeIDs:   &idBlock{counters: counters, name: "mergeId"},
	}
	s.numberer = newNumberer(s.number)
	return s
}

// Ready says whether the database reads documents and has the indexes that reads
// rely on.
func (s *Store) Ready(ctx context.Context) error {
	there, err := s.indexesOf(ctx, clientsName)
	if err != nil {
		return err
	}
	for _, want := range clientIndexes() {
		if _, known := there[want.Name]; !known {
			return fmt.Errorf("the index %s of %s is missing: run the command indexes", want.Name, clientsName)
		}
	}
	// An engine may know of its indexes while its storage hangs.
	_, err = s.Empty(ctx)
	return err
}

// Empty says whether no client of any business is stored.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	// Looked up, not taken from the collection's statistics: those can be wrong
	// after a crash.
	err := s.db.Collection(clientsName).FindOne(ctx, bson.D{}, options.FindOne().SetProjection(bson.D{{Key: keyID, Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a client: %w", err)
	}
	return false, nil
}

// NextClientID implements store.Store.
func (s *Store) NextClientID(ctx context.Context) (int64, error) { return s.clientIDs.next(ctx) }

// NextAccountID implements store.Store.
func (s *Store) NextAccountID(ctx context.Context) (int64, error) { return s.accountIDs.next(ctx) }

// NextMergeID implements store.Store.
func (s *Store) NextMergeID(ctx context.Context) (int64, error) { return s.mergeIDs.next(ctx) }

// ReserveIDs implements store.Store.
func (s *Store) ReserveIDs(ctx context.Context, clientID, accountID int64) error {
	if err := s.clientIDs.reserve(ctx, clientID); err != nil {
		return err
	}
	return s.accountIDs.reserve(ctx, accountID)
}
