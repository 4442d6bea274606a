package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// upgradeBatch is how many clients one transaction of an upgrade reads: few enough
// that a writer who meets it waits for milliseconds.
const upgradeBatch = 100

// Migration is a step that brings what an earlier version stored to what this one
// stores. It may be interrupted anywhere and run again, and servers of this version
// work before it as well as after it.
type Migration struct {
	Name string
	// About says what is done, as the end of "there is ... to do".
	About string
	// Left counts what is to be done, about; 0 when the step is done.
	Left func(ctx context.Context) (int64, error)
	// Run does it, and reports how much is done.
	Run func(ctx context.Context, tell func(done int64)) error
}

// Migrations are all steps, in their order.
func (s *Store) Migrations() []Migration {
	return []Migration{
		{
			Name: "counters", About: "counters that do not say whose they are",
			Left: s.unnamedCounters, Run: s.nameCounters,
		},
		{
			Name: "clients", About: "clients as an earlier version stored them",
			Left: s.outdatedClients, Run: s.upgradeClients,
		},
		{
			// From here on servers of before it can't write clients.
			Name: "outbox", About: "way of numbering the change feed that writers wait for each other by",
			Left: s.numberedInTransactions, Run: func(ctx context.Context, _ func(int64)) error { return s.SwitchToOutbox(ctx) },
		},
	}
}

// schemaDocument says how far the clients of the deployment are upgraded. It is
// among the counters.
type schemaDocument struct {
	// Version is what all clients are of, or of a later one; absent for 1.
	Version int64 `bson:"value"`
	// Target and After are of an upgrade under way: all clients up to the id After
	// are of the version Target.
	Target int64 `bson:"target"`
	After  int64 `bson:"after"`
}

func schemaKey() counterKey { return counterKey{ofDeployment, "clientSchema"} }

func (s *Store) schema(ctx context.Context) (schemaDocument, error) {
	stored := schemaDocument{Version: 1}
	err := s.db.Collection(countersName).FindOne(ctx, schemaKey().filter()).Decode(&stored)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return stored, fmt.Errorf("ask for the version of clients: %w", err)
	}
	return stored, nil
}

func (s *Store) putSchema(ctx context.Context, stored schemaDocument) error {
	_, err := s.db.Collection(countersName).UpdateOne(ctx, schemaKey().filter(), bson.D{{Key: "$set", Value: stored}}, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("store the version of clients: %w", err)
	}
	return nil
}

// CheckSchema says whether this version reads what is stored. Error: ErrNewer.
func (s *Store) CheckSchema(ctx context.Context) error {
	stored, err := s.schema(ctx)
	if err == nil && max(stored.Version, stored.Target) > s.codec.schemaVersion() {
		err = fmt.Errorf("clients of version %d, where %d is the last one known: %w", max(stored.Version, stored.Target), s.codec.schemaVersion(), ErrNewer)
	}
	return err
}

// outdatedClients counts the clients that an upgrade has to look at, by the
// collection's statistics.
func (s *Store) outdatedClients(ctx context.Context) (int64, error) {
	stored, err := s.schema(ctx)
	if err != nil || stored.Version >= s.codec.schemaVersion() {
		return 0, err
	}
	n, err := s.db.Collection(clientsName).EstimatedDocumentCount(ctx)
	if err != nil {
		return 0, fmt.Errorf("count clients: %w", err)
	}
	// Statistics may be wrong after a crash; and an empty database is upgraded too.
	return max(n, 1), nil
}

// upgradeClients upgrades all clients in the order of their ids, and remembers how
// far it is.
func (s *Store) upgradeClients(ctx context.Context, tell func(done int64)) error {
	stored, err := s.schema(ctx)
	target := s.codec.schemaVersion()
	if err != nil || stored.Version >= target {
		return err
	}
	if stored.Target != target {
		stored.Target, stored.After = target, 0
	}
	for done := int64(0); ; {
		var seen []bson.Raw
		err := s.inTransaction(ctx, func(ctx context.Context) error {
			seen, err = s.upgradeAfter(ctx, stored.After)
			return err
		})
		if err != nil {
			return err
		}
		if len(seen) == 0 {
			return s.putSchema(ctx, schemaDocument{Version: target})
		}
		stored.After, _ = seen[len(seen)-1].Lookup(keyID).AsInt64OK()
		if err := s.putSchema(ctx, stored); err != nil {
			return err
		}
		done += int64(len(seen))
		tell(done)
	}
}

// upgradeAfter upgrades some clients above an id, and returns those that it looked
// at.
func (s *Store) upgradeAfter(ctx context.Context, id int64) ([]bson.Raw, error) {
	clients := s.db.Collection(clientsName)
	cursor, err := clients.Find(ctx, bson.D{{Key: keyID, Value: bson.D{{Key: "$gt", Value: id}}}},
		options.Find().SetSort(ascending(keyID)).SetLimit(upgradeBatch).SetBatchSize(upgradeBatch))
	if err != nil {
		return nil, fmt.Errorf("find clients to upgrade: %w", err)
	}
	var seen []bson.Raw
	if err := cursor.All(ctx, &seen); err != nil {
		return nil, fmt.Errorf("read clients to upgrade: %w", err)
	}
	var writes []mongo.WriteModel
	for _, document := range seen {
		current, outdated, err := s.codec.current(document)
		if err != nil {
			return nil, err
		}
		if outdated {
			writes = append(writes, s.codec.rewriting(current))
		}
	}
	if len(writes) == 0 {
		return seen, nil
	}
	if _, err := clients.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(true)); err != nil {
		return nil, fmt.Errorf("upgrade clients: %w", err)
	}
	return seen, nil
}

// rewriting writes the whole of a document where it is.
func (c *codec) rewriting(current bson.Raw) mongo.WriteModel {
	set := bson.D{}
	parts, _ := current.Elements() // It was just made.
	for _, part := range parts {
		if key := part.Key(); key != keyID && key != keyBusiness {
			set = append(set, bson.E{Key: key, Value: part.Value()})
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	if names := c.dropped(); len(names) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unsetting(names)})
	}
	return mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: keyBusiness, Value: current.Lookup(keyBusiness)}, {Key: keyID, Value: current.Lookup(keyID)}}).
		SetUpdate(update)
}

func unsetting(names []string) bson.D {
	unset := bson.D{}
	for _, name := range names {
		unset = append(unset, bson.E{Key: name, Value: ""})
	}
	return unset
}
