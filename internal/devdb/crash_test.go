package devdb

import (
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	crashWriters = 8
	// crashAfter is how many acknowledged writes there are when the engine is
	// killed; the writers go on until they fail.
	crashAfter = 400
)

func TestKilledEngineLosesNoAcknowledgedWrite(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	acknowledged := writeUntilKilled(t, db)
	closeDB(t, db)

	things := connect(t, open(t, dir).URI).Database("d").Collection("c")
	cursor, err := things.Find(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	var kept []struct {
		ID int `bson:"_id"`
	}
	if err := cursor.All(t.Context(), &kept); err != nil {
		t.Fatal(err)
	}
	there := make(map[int]bool, len(kept))
	for _, one := range kept {
		there[one.ID] = true
	}
	lost := 0
	for _, id := range acknowledged {
		if !there[id] {
			lost++
		}
	}
	if lost > 0 || len(acknowledged) < crashAfter {
		t.Fatalf("lost %d of %d acknowledged writes", lost, len(acknowledged))
	}
}

// writeUntilKilled kills the engine amid writes and returns the ids of those
// that were acknowledged.
func writeUntilKilled(t *testing.T, db *Database) []int {
	t.Helper()
	things := connect(t, db.URI+"&retryWrites=false").Database("d").Collection("c")
	written := make(chan int)
	var writers sync.WaitGroup
	for writer := range crashWriters {
		writers.Go(func() { insertUntilItFails(t, things, writer, written) })
	}
	go func() {
		writers.Wait()
		close(written)
	}()
	var ids []int
	killed := make(chan error, 1)
	for id := range written {
		ids = append(ids, id)
		if len(ids) == crashAfter {
			go func() { killed <- db.Kill() }()
		}
	}
	if len(ids) < crashAfter {
		t.Fatalf("the writers gave up after %d writes", len(ids))
	}
	if err := <-killed; err != nil {
		t.Fatal(err)
	}
	return ids
}

func insertUntilItFails(t *testing.T, things *mongo.Collection, writer int, written chan<- int) {
	for n := 0; ; n++ {
		id := writer + crashWriters*n
		if _, err := things.InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}}); err != nil {
			return
		}
		written <- id
	}
}
