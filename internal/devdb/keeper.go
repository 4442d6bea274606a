package devdb

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	// firstPause is how long to wait before an engine that did not start is started
	// once more; each time it is twice as long, up to lastPause.
	firstPause = time.Second
	lastPause  = 15 * time.Second
)

// keeper keeps an engine of ours running. One that panicked, as it does when its
// disk is full, refuses everything until it is started again, also when there is
// room: the keeper ends it and starts it on the same port, as often as it takes.
// An engine that ends by itself it leaves to who waits for Exited.
type keeper struct {
	options Options
	program program
	address string
	lock    *lockFile
	// exited is closed when the engine ended without being asked to.
	exited chan struct{}

	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	child *child
}

func keepRunning(ctx context.Context, o Options, p program, running *child, address string, lock *lockFile) *keeper {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	k := &keeper{options: o, program: p, address: address, lock: lock, child: running, stop: stop, exited: make(chan struct{}), done: make(chan struct{})}
	if _, port, err := net.SplitHostPort(address); err == nil {
		// The driver looks for it where it was.
		k.program.port, _ = strconv.Atoi(port)
	}
	go k.run(ctx)
	return k
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	for {
		running := k.current()
		select {
		case <-ctx.Done():
			return
		case <-running.exited:
			close(k.exited)
			return
		case <-running.out.panicked:
			k.options.Logger.Error("the database can't go on, most likely because its disk is full: it is started again", "pid", running.pid(), "log", running.out.path)
			if !k.restart(ctx, running) {
				return
			}
		}
	}
}

// restart ends the engine and starts it again until it runs; false when ctx ends
// before.
func (k *keeper) restart(ctx context.Context, panicked *child) bool {
	// One that does not end is killed; that the system then doesn't end it shows
	// in the next one, which can't have its data.
	_ = panicked.stop(ctx)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		running, _, err := launch(ctx, k.options, k.program)
		if err == nil {
			k.mu.Lock()
			k.child = running
			k.mu.Unlock()
			// What the file says is for people and for commands beside the server, which
			// find the engine at its address anyway.
			_ = k.lock.say(holder{PID: os.Getpid(), EnginePID: running.pid(), Kind: k.program.kind, Address: k.address})
			k.options.Logger.Info("database started again", "pid", running.pid())
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

func (k *keeper) current() *child {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.child
}

// close ends the engine for good and gives the data folder up.
func (k *keeper) close(ctx context.Context) error {
	k.stop()
	<-k.done
	err := k.current().stop(ctx)
	if k.lock != nil {
		err = errors.Join(err, k.lock.release())
		k.lock = nil
	}
	return err
}
