package devdb

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// The kernel's signal comes with the end of the thread that started the
// engine, so that must not be a thread of the caller's.
func TestEngineOutlivesTheThreadThatOpenedIt(t *testing.T) {
	o := Options{DataDir: t.TempDir(), EngineDir: software(t)}
	db, thread := openOnThreadThatEnds(t, o)
	defer closeDB(t, db)
	deadline := time.After(20 * time.Second)
	pause := time.NewTicker(time.Millisecond)
	defer pause.Stop()
	for {
		if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", thread)); err != nil {
			break
		}
		select {
		case <-deadline:
			t.Fatal("the thread does not end")
		case <-pause.C:
		}
	}
	client := connect(t, db.URI)
	defer disconnect(t.Context(), client)
	if _, err := sayHello(t.Context(), client); err != nil || !Alive(db.PID()) {
		t.Fatalf("the engine ended with the thread: %v", err)
	}
}

func openOnThreadThatEnds(t *testing.T, o Options) (*Database, int) {
	t.Helper()
	type result struct {
		db     *Database
		thread int
	}
	opened := make(chan result)
	release := make(chan struct{})
	defer close(release)
	var run func()
	run = func() {
		runtime.LockOSThread() // Never unlocked: the thread ends with this goroutine.
		if syscall.Gettid() == os.Getpid() {
			// The process's first thread never ends. Keep it, try another one.
			go run()
			<-release
			return
		}
		db, err := Open(t.Context(), o)
		if err != nil {
			t.Error(err)
		}
		opened <- result{db, syscall.Gettid()}
	}
	go run()
	got := <-opened
	if got.db == nil {
		t.FailNow()
	}
	return got.db, got.thread
}
