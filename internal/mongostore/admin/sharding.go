package admin

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"clientgraph/internal/mongostore/counters"
	"clientgraph/internal/mongostore/schema"
)

// ErrNoCluster says that the database is a replica set, which can't be sharded.
var ErrNoCluster = errors.New("the database is not a sharded cluster: connect to a mongos to shard")

// ErrUnnamed says that some counters have no business: a cluster could not find them.
var ErrUnnamed = errors.New("there are still counters of an earlier version: run the command migrate first")

// A Zone is a range of businesses whose documents stay on the shards of a zone.
type Zone struct {
	// Name is the name of the zone, as in addShardToZone.
	Name string
	// From and To are the first and the last business.
	From, To int64
}

// Shard shards the collections of a cluster that are not sharded yet, and reports what it
// did to each. After an interruption, call it again to continue. Errors: ErrNoCluster,
// ErrUnnamed.
func (a *Admin) Shard(ctx context.Context, tell func(collection, did string)) error {
	if err := a.IsCluster(ctx); err != nil {
		return err
	}
	left, err := counters.CountUnnamed(ctx, a.db.Collection(schema.Counters))
	if err != nil {
		return err
	}
	if left > 0 {
		return ErrUnnamed
	}
	admin := a.db.Client().Database("admin")
	for _, c := range schema.Collections() {
		if c.ShardKey == "" {
			tell(c.Name, "stays whole: it is small")
			continue
		}
		key, err := a.shardKey(ctx, c.Name)
		switch {
		case err != nil:
			return err
		case key == c.ShardKey:
			tell(c.Name, "is sharded by {"+key+": 1} already")
			continue
		case key != "":
			tell(c.Name, "is sharded by another key, {"+key+"}: see resharding in docs/mongodb.md")
			continue
		}
		command := bson.D{{Key: "shardCollection", Value: a.namespace(c.Name)}, {Key: "key", Value: schema.Ascending(c.ShardKey)}}
		if err := admin.RunCommand(ctx, command).Err(); err != nil {
			return fmt.Errorf("shard %s: %w", c.Name, err)
		}
		tell(c.Name, "is sharded by {"+c.ShardKey+": 1} now")
	}
	return nil
}

// PutZone pins a range of businesses to the shards of a zone, in all sharded collections.
// The balancer moves their documents with a delay. Error: ErrNoCluster.
func (a *Admin) PutZone(ctx context.Context, zone Zone) error {
	if err := a.IsCluster(ctx); err != nil {
		return err
	}
	var end any = zone.To + 1
	if zone.To == math.MaxInt64 {
		end = bson.MaxKey{}
	}
	for _, c := range schema.Collections() {
		if c.ShardKey == "" {
			continue
		}
		err := a.db.Client().Database("admin").RunCommand(ctx, bson.D{
			{Key: "updateZoneKeyRange", Value: a.namespace(c.Name)},
			{Key: "min", Value: bson.D{{Key: c.ShardKey, Value: zone.From}}},
			{Key: "max", Value: bson.D{{Key: c.ShardKey, Value: end}}},
			{Key: "zone", Value: zone.Name},
		}).Err()
		if err != nil {
			return fmt.Errorf("pin businesses of %s to the zone %s: %w", c.Name, zone.Name, err)
		}
	}
	return nil
}

func (a *Admin) namespace(collection string) string { return a.db.Name() + "." + collection }

// IsCluster checks that the connection goes to a mongos. Error: ErrNoCluster.
func (a *Admin) IsCluster(ctx context.Context) error {
	var hello struct {
		Message string `bson:"msg"`
	}
	if err := a.db.Client().Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return fmt.Errorf("ask who answers: %w", err)
	}
	if hello.Message != "isdbgrid" {
		return ErrNoCluster
	}
	return nil
}

// shardKey returns a collection's shard key: "" for an unsharded collection, all its
// fields for a compound key.
func (a *Admin) shardKey(ctx context.Context, collection string) (string, error) {
	var stored struct {
		Key bson.D `bson:"key"`
		// Whole says that the cluster only knows the collection's shard.
		Whole bool `bson:"unsplittable"`
	}
	err := a.db.Client().Database("config").Collection("collections").FindOne(ctx, bson.D{{Key: schema.FieldID, Value: a.namespace(collection)}}).Decode(&stored)
	if errors.Is(err, mongo.ErrNoDocuments) || (err == nil && stored.Whole) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("ask how %s is sharded: %w", collection, err)
	}
	names := ""
	for i, part := range stored.Key {
		if i > 0 {
			names += ", "
		}
		names += part.Key
		if number, ascending := part.Value.(int32); !ascending || number != 1 {
			if double, is := part.Value.(float64); !is || double != 1 {
				names += ": " + fmt.Sprint(part.Value)
			}
		}
	}
	return names, nil
}
