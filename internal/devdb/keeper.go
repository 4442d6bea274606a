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
	// firstPause is the pause before an engine that did not start is started again; it
	// doubles each time, up to lastPause.
	firstPause = time.Second
	lastPause  = 15 * time.Second
)

// keeper keeps our engine running. An engine that panicked, as it does when its disk is
// full, refuses everything until it is restarted, even when there is space again: the
// keeper ends it and starts it on the same port until it runs. It does not restart an
// engine that ended by itself, which Exited reports.
type keeper struct {
	options Options
	program program
	address string
	lock    *lockFile
	// exited is closed when the engine has ended without being asked to.
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
		// The driver expects it at the same address.
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
			k.options.Logger.Error("the database has stopped, probably because its disk is full; restarting it", "pid", running.pid(), "log", running.out.path)
			if !k.restart(ctx, running) {
				return
			}
		}
	}
}

// restart ends the engine and starts it again until it runs; false if ctx ends before.
func (k *keeper) restart(ctx context.Context, panicked *child) bool {
	// An engine that does not end is killed. If even that fails, the next one can't open
	// the data and reports it.
	_ = panicked.stop(ctx)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		running, _, err := launch(ctx, k.options, k.program)
		if err == nil {
			k.mu.Lock()
			k.child = running
			k.mu.Unlock()
			// The file is only informative, also for commands, which find the engine at
			// its unchanged address.
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

// close ends the engine for good and unlocks the data folder.
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
