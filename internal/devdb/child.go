package devdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// stopTimeout is how long an engine may take to end when asked; it writes
	// a checkpoint, which took 0.3 s at most.
	stopTimeout = 10 * time.Second
	// killTimeout is how long the system may take to end what was killed.
	killTimeout = 5 * time.Second
	// drainTimeout bounds the reading of an ended engine's output, which
	// something else may hold open.
	drainTimeout = time.Second
)

// child is an engine that this process started.
type child struct {
	process *os.Process
	// done is closed once the engine has ended and been waited for; exited
	// too if nobody had asked for that.
	done, exited chan struct{}
	stopping     atomic.Bool
	out          *engineLog
}

// command is a program with its arguments and where it runs.
type command struct {
	path string
	args []string
	dir  string
}

// tether is what ties a child's life to ours, made before it starts.
type tether struct {
	started func(*os.Process) error
	// ended is called once the child has ended, or did not start.
	ended func()
}

// startChild starts the command. Its output goes to out.
func startChild(c command, out *engineLog, logger *slog.Logger, tie func(*exec.Cmd) (tether, error)) (*child, error) {
	//nolint:gosec,noctx // The path is one that choose found; the child outlives any context.
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir = c.dir
	cmd.Env = childEnvironment(os.Environ())
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = drainTimeout
	running := &child{out: out, done: make(chan struct{}), exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// Linux signals the child when the thread that started it ends, so
		// this thread does nothing else until the child has ended; it is
		// never unlocked and ends with the goroutine.
		runtime.LockOSThread()
		rope, err := tie(cmd)
		if err == nil {
			err = startTied(cmd, rope)
		}
		running.process = cmd.Process
		started <- err
		if err == nil {
			running.wait(cmd, rope, out, logger)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(c.path), err)
	}
	return running, nil
}

func startTied(cmd *exec.Cmd, rope tether) error {
	if err := cmd.Start(); err != nil {
		rope.ended()
		return err
	}
	if err := rope.started(cmd.Process); err != nil {
		err = errors.Join(err, cmd.Process.Kill())
		_ = cmd.Wait() // It was killed: how it ended is known.
		rope.ended()
		return err
	}
	return nil
}

func (c *child) wait(cmd *exec.Cmd, rope tether, out *engineLog, logger *slog.Logger) {
	_ = cmd.Wait() // The state tells how it ended, also when it was killed.
	rope.ended()
	out.close()
	if !c.stopping.Load() {
		logger.Error("the database ended unexpectedly", "pid", c.pid(), "state", cmd.ProcessState.String(), "log", out.path)
		close(c.exited)
	}
	close(c.done)
}

func (c *child) pid() int { return c.process.Pid }

// stop asks the engine to end, kills it when it does not, and returns when it
// is gone.
func (c *child) stop(ctx context.Context) error {
	c.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	// An engine that can't be asked has ended, or will be killed.
	_ = askToEnd(c.process)
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return c.kill()
	}
}

func (c *child) kill() error {
	if err := c.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill the database: %w", err)
	}
	select {
	case <-c.done:
		return nil
	case <-time.After(killTimeout):
		return fmt.Errorf("kill the database: process %d is still there after %v", c.pid(), killTimeout)
	}
}

// childEnvironment is what the engine gets to see of ours: no keys and
// passwords, and no variable that changes what it does.
func childEnvironment(ours []string) []string {
	var theirs []string
	for _, one := range ours {
		name, _, _ := strings.Cut(one, "=")
		switch strings.ToUpper(name) {
		case "PATH", "HOME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE":
			theirs = append(theirs, one)
		}
	}
	return theirs
}
