package admin

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/record"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/mongostore/transact"
)

// upgradeBatch is the number of clients in one transaction of an upgrade: so few that a
// writer that conflicts with it waits only milliseconds.
const upgradeBatch = 100

// Migration is a step that converts stored data of an earlier version to this one. It can
// be interrupted at any point and run again, and servers of this version work before it
// and after it.
type Migration struct {
	Name string
	// About says what is converted, as the end of "there is ... to do".
	About string
	// Left counts roughly what must be converted; 0 when the step is done.
	Left func(ctx context.Context) (int64, error)
	// Run runs the step, and reports how much is done.
	Run func(ctx context.Context, tell func(done int64)) error
}

// Migrations returns all steps in order.
func (a *Admin) Migrations() []Migration {
	return []Migration{
		{
			Name: "counters", About: "counters without their business",
			Left: func(ctx context.Context) (int64, error) {
				return counters.CountUnnamed(ctx, a.db.Collection(schema.Counters))
			},
			Run: func(ctx context.Context, tell func(int64)) error {
				return counters.NameAll(ctx, a.db.Collection(schema.Counters), tell)
			},
		},
		{
			Name: "clients", About: "clients in the form of an earlier version",
			Left: a.outdatedClients, Run: a.upgradeClients,
		},
		{
			// After this step, servers of earlier versions can't write clients.
			Name: "outbox", About: "way of numbering the change feed that writers wait for each other by",
			Left: a.numberedInTransactions, Run: func(ctx context.Context, _ func(int64)) error { return a.feed.SwitchToOutbox(ctx) },
		},
	}
}

// schemaDocument records how far the clients of the deployment are upgraded. It is one of
// the counters.
type schemaDocument struct {
	// Version is the least version of all clients; absent for 1.
	Version int64 `bson:"value"`
	// Target and After belong to a running upgrade: all clients with ids up to After have
	// the version Target.
	Target int64 `bson:"target"`
	After  int64 `bson:"after"`
}

func schemaCounter() counters.Ref {
	return counters.Ref{BusinessID: counters.OfDeployment, Name: "clientSchema"}
}

func (a *Admin) schema(ctx context.Context) (schemaDocument, error) {
	stored := schemaDocument{Version: 1}
	err := a.db.Collection(schema.Counters).FindOne(ctx, schemaCounter().Filter()).Decode(&stored)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return stored, fmt.Errorf("ask for the version of clients: %w", err)
	}
	return stored, nil
}

func (a *Admin) putSchema(ctx context.Context, stored schemaDocument) error {
	_, err := a.db.Collection(schema.Counters).UpdateOne(ctx, schemaCounter().Filter(), bson.D{{Key: "$set", Value: stored}}, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return fmt.Errorf("store the version of clients: %w", err)
	}
	return nil
}

// CheckSchema checks that this version can read the stored data. Error: ErrNewer.
func (a *Admin) CheckSchema(ctx context.Context) error {
	stored, err := a.schema(ctx)
	if err == nil && max(stored.Version, stored.Target) > a.codec.SchemaVersion() {
		err = fmt.Errorf("clients have version %d, and the latest known version is %d: %w", max(stored.Version, stored.Target), a.codec.SchemaVersion(), record.ErrNewer)
	}
	return err
}

// outdatedClients estimates the number of clients to upgrade from the collection's
// statistics.
func (a *Admin) outdatedClients(ctx context.Context) (int64, error) {
	stored, err := a.schema(ctx)
	if err != nil || stored.Version >= a.codec.SchemaVersion() {
		return 0, err
	}
	n, err := a.db.Collection(schema.Clients).EstimatedDocumentCount(ctx)
	if err != nil {
		return 0, fmt.Errorf("count clients: %w", err)
	}
	// Statistics may be wrong after a crash, and an empty database needs the upgrade too.
	return max(n, 1), nil
}

// upgradeClients upgrades all clients in the order of their ids, and stores its progress.
func (a *Admin) upgradeClients(ctx context.Context, tell func(done int64)) error {
	stored, err := a.schema(ctx)
	target := a.codec.SchemaVersion()
	if err != nil || stored.Version >= target {
		return err
	}
	if stored.Target != target {
		stored.Target, stored.After = target, 0
	}
	for done := int64(0); ; {
		var seen []bson.Raw
		err := transact.Run(ctx, a.db, func(ctx context.Context) error {
			seen, err = a.upgradeAfter(ctx, stored.After)
			return err
		})
		if err != nil {
			return err
		}
		if len(seen) == 0 {
			return a.putSchema(ctx, schemaDocument{Version: target})
		}
		stored.After, _ = seen[len(seen)-1].Lookup(schema.FieldID).AsInt64OK()
		if err := a.putSchema(ctx, stored); err != nil {
			return err
		}
		done += int64(len(seen))
		tell(done)
	}
}

// upgradeAfter upgrades the next clients above an id, and returns those that it read.
func (a *Admin) upgradeAfter(ctx context.Context, id int64) ([]bson.Raw, error) {
	clients := a.db.Collection(schema.Clients)
	cursor, err := clients.Find(ctx, bson.D{{Key: schema.FieldID, Value: bson.D{{Key: "$gt", Value: id}}}},
		options.Find().SetSort(schema.Ascending(schema.FieldID)).SetLimit(upgradeBatch).SetBatchSize(upgradeBatch))
	if err != nil {
		return nil, fmt.Errorf("find clients to upgrade: %w", err)
	}
	var seen []bson.Raw
	if err := cursor.All(ctx, &seen); err != nil {
		return nil, fmt.Errorf("read clients to upgrade: %w", err)
	}
	var writes []mongo.WriteModel
	for _, document := range seen {
		current, outdated, err := a.codec.Current(document)
		if err != nil {
			return nil, err
		}
		if outdated {
			writes = append(writes, a.codec.Rewriting(current))
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
