package devdb

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// A lock file goes with its holder, so a process may open the old one and lock
// it when the next process has already made and locked a new one.
func TestOneHasALockWhoseFileComesAndGoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var holders, taken atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for taken.Load() < 500 && !t.Failed() {
				lock, err := tryLock(path)
				if errors.Is(err, errHeld) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d have the lock", n)
				}
				taken.Add(1)
				for range 20 {
					runtime.Gosched() // Time for the others to try.
				}
				holders.Add(-1)
				if err := lock.release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestReleaseLeavesAnotherOnesFileAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	if _, err := tryLock(path); !errors.Is(err, errHeld) {
		t.Fatalf("want the second one to have it, got %v", err)
	}
	if err := second.release(); err != nil {
		t.Fatal(err)
	}
}

func TestHolderIsReadWhileTheLockIsHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.letGo()
	long := holder{PID: os.Getpid(), EnginePID: 5, Kind: KindSecantus, Address: "127.0.0.1:1"}
	short := holder{PID: os.Getpid()}
	for _, want := range []holder{long, short, long} {
		if err := lock.say(want); err != nil {
			t.Fatal(err)
		}
		if got := readHolder(path); got != want {
			t.Errorf("want %+v, got %+v", want, got)
		}
	}
	if err := lock.say(holder{PID: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	if got := readHolder(path); got != (holder{}) {
		t.Errorf("want nobody, since that process is gone; got %+v", got)
	}
}
