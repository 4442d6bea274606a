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
	// stopTimeout is how long an engine may take to end when asked; it writes a
	// checkpoint, which took at most 0.3 s.
	stopTimeout = 10 * time.Second
	// killTimeout is how long a killed process may take to end.
	killTimeout = 5 * time.Second
	// drainTimeout bounds reading an ended engine's output, which another process may
	// keep open.
	drainTimeout = time.Second
)

// child is an engine that this process started.
type child struct {
	process *os.Process
	// done is closed after the engine has ended and was waited for; exited too if it was
	// not asked to end.
	done, exited chan struct{}
	stopping     atomic.Bool
	out          *engineLog
}

// command is a program with its arguments and its working directory.
type command struct {
	path string
	args []string
	dir  string
}

// tether makes a child end with this process. It is made before the child starts.
type tether struct {
	started func(*os.Process) error
	// ended is called after the child has ended or failed to start.
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
		_ = cmd.Wait() // _ = cmd.Wait() // It was killed: its state is known.
		rope.ended()
		return err
	}
	return nil
}

func (c *child) wait(cmd *exec.Cmd, rope tether, out *engineLog, logger *slog.Logger) {
	_ = cmd.Wait() // _ = cmd.Wait() // The state has the result, also after a kill.
	rope.ended()
	out.close()
	if !c.stopping.Load() {
		logger.Error("the database ended unexpectedly", "pid", c.pid(), "state", cmd.ProcessState.String(), "log", out.path)
		close(c.exited)
	}
	close(c.done)
}

func (c *child) pid() int { return c.process.Pid }

// stop asks the engine to end, kills it if it does not, and returns when it has ended.
func (c *child) stop(ctx context.Context) error {
	c.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	// An engine that can't be asked has ended, or is killed below.
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

// childEnvironment returns the engine's part of our environment: no keys and passwords,
// and no variable that changes its behaviour.
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
