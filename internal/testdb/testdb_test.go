package testdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

func TestMain(m *testing.M) { Main(m) }

func connect(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	return client
}

func TestEachTestHasAnEmptyDatabaseOfItsOwn(t *testing.T) {
	first, second := New(t), New(t)
	if first.Name == second.Name || first.URI != second.URI {
		t.Fatalf("want two databases on one server, got %v and %v", first, second)
	}
	client := connect(t, first.URI)
	if _, err := client.Database(first.Name).Collection("things").InsertOne(t.Context(), bson.D{}); err != nil {
		t.Fatal(err)
	}
	names, err := client.Database(second.Name).ListCollectionNames(t.Context(), bson.D{})
	if err != nil || len(names) != 0 {
		t.Fatalf("want the other database empty, got %v, %v", names, err)
	}
}

func TestDatabaseIsDroppedAfterItsTest(t *testing.T) {
	var db DB
	t.Run("writes", func(t *testing.T) {
		db = New(t)
		if _, err := connect(t, db.URI).Database(db.Name).Collection("things").InsertOne(t.Context(), bson.D{}); err != nil {
			t.Fatal(err)
		}
	})
	names, err := connect(t, db.URI).Database(db.Name).ListCollectionNames(t.Context(), bson.D{})
	if err != nil || len(names) != 0 {
		t.Fatalf("want nothing left, got %v, %v", names, err)
	}
}

func TestEngineOfATestKeepsItsDataOverAKill(t *testing.T) {
	dir := t.TempDir()
	engine := Engine(t, dir)
	things := connect(t, engine.URI).Database("kept").Collection("things")
	if _, err := things.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	if err := engine.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := connect(t, Engine(t, dir).URI).Database("kept").Collection("things")
	if n, err := again.CountDocuments(t.Context(), bson.D{}); err != nil || n != 1 {
		t.Fatalf("want the one document, got %d, %v", n, err)
	}
}

func TestSweepRemovesTheDataOfDeadTestsOnly(t *testing.T) {
	dead := exec.Command(os.Args[0], "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	gone := filepath.Join(parent, fmt.Sprintf("%s%d-1", tempPrefix, dead.Process.Pid))
	ours := filepath.Join(parent, fmt.Sprintf("%s%d-1", tempPrefix, os.Getpid()))
	other := filepath.Join(parent, "something-else")
	for _, dir := range []string{gone, ours, other} {
		if err := os.MkdirAll(filepath.Join(dir, "db"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	sweep(parent)
	for dir, want := range map[string]bool{gone: false, ours: true, other: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
}
