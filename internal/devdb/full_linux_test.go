package devdb

import (
	"context"
	"os/signal"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sys/unix"
)

// room is how much the engine's files may grow to before their disk is full.
const room = 8 << 20

// fileSize bounds the files that a process, and those that it starts, may write.
// It is what a full disk is to the engine, and needs no rights.
func fileSize(t *testing.T, pid int, most uint64) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &was); err != nil {
		t.Fatal(err)
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: min(most, was.Max), Max: was.Max}, nil); err != nil {
		t.Fatal(err)
	}
}

// A full disk ends no data folder: the engine refuses what it can't write, and
// works again, at the same address and with all that it acknowledged before, when
// there is room.
func TestEngineWorksAgainAfterItsDiskWasFull(t *testing.T) {
	// Otherwise the signal would end whoever writes too much.
	signal.Ignore(unix.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(unix.SIGXFSZ) })
	db := open(t, t.TempDir())
	things := connect(t, db.URI).Database("d").Collection("c")
	insertOne := func(id int) error {
		ctx, cancel := context.WithTimeout(t.Context(), selectionTimeout)
		defer cancel()
		_, err := things.InsertOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "text", Value: strings.Repeat("x", 100_000)}})
		return err
	}
	first := db.PID()
	// As long as this process is bounded, no other engine starts either.
	fileSize(t, unix.Getpid(), room/128)
	t.Cleanup(func() { fileSize(t, unix.Getpid(), unix.RLIM_INFINITY) })
	fileSize(t, first, room)
	written := 0
	for insertOne(written) == nil {
		if written++; written > 2*room/100_000 {
			t.Fatal("the engine wrote more than there was room for")
		}
	}
	// The engine acknowledges the one write that it panics in, though it can't keep
	// it: that may be the last of those, or the first of these.
	if insertOne(-1) == nil && insertOne(-2) == nil {
		t.Error("written although there is no room")
	}
	fileSize(t, unix.Getpid(), unix.RLIM_INFINITY)
	patience := time.Now().Add(startTimeout)
	id := -3
	for err := insertOne(id); err != nil || db.PID() == first; err = insertOne(id) {
		id--
		if time.Now().After(patience) {
			t.Fatalf("there is room, and process %d of at first %d says %v", db.PID(), first, err)
		}
	}
	for id := range written - 1 {
		if err := things.FindOne(t.Context(), bson.D{{Key: "_id", Value: id}}).Err(); err != nil {
			t.Errorf("document %d of %d: %v", id, written, err)
		}
	}
	select {
	case <-db.Exited():
		t.Error("an engine that was started again counts as ended")
	default:
	}
	if n, err := things.CountDocuments(t.Context(), bson.D{{Key: "_id", Value: -1}}); err != nil || n > 1 {
		t.Errorf("what was refused is there %d times (%v)", n, err)
	}
}
