package devdb

import (
	"context"
	"os"
	"testing"
)

func TestJoinUsesTheEngineThatRuns(t *testing.T) {
	dir := t.TempDir()
	p := startParent(t, dir, "waits", false)
	db, err := Join(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	if err != nil {
		t.Fatal(err)
	}
	if db.Address != p.address || db.PID() != 0 || db.Exited() != nil {
		t.Fatalf("want the other process's engine, got %+v", db)
	}
	closeDB(t, db)
	if !Alive(p.enginePID) {
		t.Fatal("closing what was joined ended another process's engine")
	}
}

func TestJoinStartsAnEngineWhenNoneRuns(t *testing.T) {
	db, err := Join(t.Context(), Options{DataDir: t.TempDir(), EngineDir: software(t)})
	if err != nil {
		t.Fatal(err)
	}
	pid := db.PID()
	if !Alive(pid) {
		t.Error("want an engine")
	}
	closeDB(t, db)
	if Alive(pid) {
		t.Error("the engine is still there")
	}
}

// The holder starts: it has the lock, and no address yet.
func TestJoinWaitsForAnEngineThatStarts(t *testing.T) {
	running := open(t, t.TempDir())
	dir := t.TempDir()
	lock, err := tryLock(lockPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.letGo()
	type result struct {
		db  *Database
		err error
	}
	joined := make(chan result, 1)
	go func() {
		db, err := Join(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
		joined <- result{db, err}
	}()
	if err := lock.say(holder{PID: os.Getpid()}); err != nil {
		t.Fatal(err)
	}
	if err := lock.say(holder{PID: os.Getpid(), Kind: running.Kind, Address: running.Address}); err != nil {
		t.Fatal(err)
	}
	got := <-joined
	if got.err != nil || got.db.Address != running.Address || got.db.Kind != running.Kind {
		t.Fatalf("got %+v, %v", got.db, got.err)
	}
}

func TestJoinGivesUpWithItsContext(t *testing.T) {
	dir := t.TempDir()
	lock, err := tryLock(lockPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.letGo()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Join(ctx, Options{DataDir: dir, EngineDir: software(t)}); err == nil {
		t.Fatal("want an error")
	}
}
