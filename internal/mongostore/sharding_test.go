package mongostore_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/mongostore/admin"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/testdb"
)

// cluster answers like a mongos: it says that it is one, knows which collections
// are sharded, and shards them.
type cluster struct {
	mu sync.Mutex
	// keys are the shard keys by namespace; zones are the ranges of a zone.
	keys  map[string]bson.D
	zones map[string]string
}

func (c *cluster) answer(name string, command bson.Raw) bson.D {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := bson.D{{Key: "ok", Value: 1}}
	switch name {
	case "hello":
		// What the driver asks for itself says that it may be told otherwise.
		if _, err := command.LookupErr("helloOk"); err != nil {
			return append(done, bson.E{Key: "msg", Value: "isdbgrid"})
		}
	case "find":
		if command.Lookup("$db").StringValue() != "config" {
			return nil
		}
		found := bson.A{}
		namespace := command.Lookup("filter", "_id").StringValue()
		if key, sharded := c.keys[namespace]; sharded {
			found = append(found, bson.D{{Key: "_id", Value: namespace}, {Key: "key", Value: key}})
		}
		return append(done, bson.E{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "config.collections"}, {Key: "firstBatch", Value: found}}})
	case "shardCollection":
		var key bson.D
		if err := bson.Unmarshal(command.Lookup("key").Document(), &key); err != nil {
			panic(err)
		}
		c.keys[command.Lookup("shardCollection").StringValue()] = key
		return done
	case "updateZoneKeyRange":
		c.zones[command.Lookup("updateZoneKeyRange").StringValue()] = fmt.Sprintf("%v%v%v", command.Lookup("min"), command.Lookup("max"), command.Lookup("zone"))
		return done
	}
	return nil
}

func TestShardShardsEachCollectionThatGrowsByItsBusiness(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	wire, store := newWire(t, db)
	c := &cluster{keys: map[string]bson.D{}, zones: map[string]string{}}
	wire.answersCommands(c.answer)
	shard := func() map[string]string {
		told := map[string]string{}
		if err := store.Shard(t.Context(), func(collection, did string) { told[collection] = did }); err != nil {
			t.Fatal(err)
		}
		return told
	}
	// One that an operator sharded by another key stays as it is.
	c.keys[db.Name+".clientForms"] = bson.D{{Key: "businessId", Value: "hashed"}}
	first := shard()
	for _, collection := range schema.Collections() {
		want, key := "is sharded by {"+collection.ShardKey+": 1} now", bson.D{{Key: collection.ShardKey, Value: int32(1)}}
		switch {
		case collection.ShardKey == "":
			want, key = "stays whole", nil
		case collection.Name == "clientForms":
			want, key = "is sharded by another key, {businessId: hashed}", bson.D{{Key: "businessId", Value: "hashed"}}
		}
		if !strings.HasPrefix(first[collection.Name], want) {
			t.Errorf("%s: %q is told, want %q", collection.Name, first[collection.Name], want)
		}
		if got := c.keys[db.Name+"."+collection.Name]; !slices.Equal(got, key) {
			t.Errorf("%s is sharded by %v, want %v", collection.Name, got, key)
		}
	}
	if sent := wire.times("shardCollection"); sent != len(c.keys)-1 {
		t.Errorf("%d collections were sharded, want %d", sent, len(c.keys)-1)
	}
	// Done again it does nothing.
	wire.answersCommands(c.answer)
	again := shard()
	if sent := wire.times("shardCollection"); sent != 0 || again["clients"] != "is sharded by {businessId: 1} already" {
		t.Errorf("%d collections were sharded again; %q is told of clients", sent, again["clients"])
	}
}

func TestShardHasNothingToDoOnAReplicaSet(t *testing.T) {
	t.Parallel()
	wire, store := newWire(t, testdb.New(t))
	if err := store.Shard(t.Context(), func(string, string) { t.Error("it does something") }); !errors.Is(err, admin.ErrNoCluster) {
		t.Errorf("it ends with %v", err)
	}
	if err := store.PutZone(t.Context(), admin.Zone{Name: "large", From: 7, To: 7}); !errors.Is(err, admin.ErrNoCluster) {
		t.Errorf("it ends with %v", err)
	}
	if sent := wire.times("shardCollection") + wire.times("updateZoneKeyRange"); sent != 0 {
		t.Errorf("%d commands were sent that only a cluster takes", sent)
	}
}

// Counters of an earlier version say nothing of their business, by which a cluster
// would look for them.
func TestShardWaitsForCountersToSayWhoseTheyAre(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	wire, store := newWire(t, db)
	p := openProcess(t, db, nil)
	_, err := p.db.Collection("counters").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "changes:7"}, {Key: "value", Value: int64(3)}})
	must(t, err)
	c := &cluster{keys: map[string]bson.D{}, zones: map[string]string{}}
	wire.answersCommands(c.answer)
	if err := store.Shard(t.Context(), func(string, string) {}); !errors.Is(err, admin.ErrUnnamed) || len(c.keys) > 0 {
		t.Errorf("%d collections are sharded: %v", len(c.keys), err)
	}
}

func TestZonePinsABusinessInEveryShardedCollection(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	wire, store := newWire(t, db)
	c := &cluster{keys: map[string]bson.D{}, zones: map[string]string{}}
	wire.answersCommands(c.answer)
	must(t, store.PutZone(t.Context(), admin.Zone{Name: "large", From: 7, To: 9}))
	want := map[string]string{}
	for _, collection := range schema.Collections() {
		if key := collection.ShardKey; key != "" {
			want[db.Name+"."+collection.Name] = fmt.Sprintf(`{%[1]q: {"$numberLong":"7"}}{%[1]q: {"$numberLong":"10"}}"large"`, key)
		}
	}
	if !maps.Equal(c.zones, want) {
		t.Errorf("the zones are %v, want %v", c.zones, want)
	}
}
