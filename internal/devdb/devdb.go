package devdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// KindGiven is the Kind of a database that we were told of; the others are
// those of the engines that we start.
const (
	KindGiven    = "MONGODB_URI"
	KindMongod   = "mongod"
	KindSecantus = "secantusd-rs"
)

// Options say which database is wanted. The zero value of each but URI and
// DataDir, of which one is needed, is a default.
type Options struct {
	// URI, if set, is used as it is, and nothing is started.
	URI string
	// DataDir holds what a database of our own needs: its data (db), its log
	// (engine.log), who has it (engine.lock). It is made if need be.
	DataDir string
	// EngineDir is where the engine's software is or is to be installed;
	// DataDir/engine by default. Many processes may share one.
	EngineDir string
	// Port of the database of our own; 0 takes a free one.
	Port int
	// CacheMiB is how much memory the embedded engine's cache may take, in MiB; by
	// default a quarter of what this process may use, and 256 at least. Other
	// engines know themselves.
	CacheMiB int
	// Expendable says that the data can be made again: the embedded engine then
	// does not wait for the disk at each commit, and may lose the last ones when
	// it is killed.
	Expendable bool
	// Logger is told what happens to the engine; by default nobody is.
	Logger *slog.Logger
	// Progress gets one line for a person when something is installed, which
	// takes seconds; by default nobody does.
	Progress io.Writer

	// tie is how the engine is tied to this process: tie, but for tests.
	tie func(*exec.Cmd) (tether, error)
}

// Database is a database that answered when it was opened.
type Database struct {
	// URI is what a driver connects to. It may hold a password.
	URI string
	// Kind is one of the Kind constants.
	Kind string
	// Address is the host and port, or several with commas: what may be shown.
	Address string

	// keeper keeps the engine; nil if none is ours.
	keeper *keeper
}

// Open finds or starts the database for a process that serves. With a database
// of our own it fails while another process has the data folder. What the user
// can put right is a *UserError.
func Open(ctx context.Context, o Options) (*Database, error) {
	o = o.withDefaults()
	if o.URI != "" {
		return given(ctx, o)
	}
	lock, err := claimOrTell(ctx, o)
	if err != nil {
		return nil, err
	}
	return startOwn(ctx, o, lock)
}

// Join finds the database for a command that runs beside a server: the one of
// Options.URI; else that of the process that has the data folder, as soon as
// it answers; else one of its own, as Open starts it.
func Join(ctx context.Context, o Options) (*Database, error) {
	o = o.withDefaults()
	if o.URI != "" {
		return given(ctx, o)
	}
	ctx, cancel := context.WithTimeout(ctx, installTimeout+startTimeout)
	defer cancel()
	pause := time.NewTicker(lockPause)
	defer pause.Stop()
	for {
		lock, err := claim(o)
		if err == nil {
			return startOwn(ctx, o, lock)
		}
		if !errors.Is(err, errHeld) {
			return nil, err
		}
		who := readHolder(lockPath(o.DataDir))
		if who.Address != "" {
			return joinOther(ctx, o, who)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), inUse(o.DataDir, who))
		case <-pause.C:
		}
	}
}

// joinOther uses the database of the process that has the data folder.
func joinOther(ctx context.Context, o Options, who holder) (*Database, error) {
	client, err := connectDirect(who.Address)
	if err != nil {
		return nil, fmt.Errorf("join the database at %s: %w", who.Address, err)
	}
	defer disconnect(ctx, client)
	bounded, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	if err := untilWritable(bounded, client, nil); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, userError(err, "process %d has the data folder %s, but its database at %s does not answer: stop that process", who.PID, o.DataDir, who.Address)
	}
	return &Database{URI: directURI(who.Address), Kind: who.Kind, Address: who.Address}, nil
}

func given(ctx context.Context, o Options) (*Database, error) {
	hosts, err := reach(ctx, o.URI)
	if err != nil {
		return nil, err
	}
	return &Database{URI: o.URI, Kind: KindGiven, Address: hosts}, nil
}

// claimOrTell takes the data folder's lock, or says who has it. A holder that
// can't be named gets a moment: it is about to write its name, or it has been
// killed and some thread of it has not ended yet.
func claimOrTell(ctx context.Context, o Options) (*lockFile, error) {
	bounded, cancel := context.WithTimeout(ctx, namelessTimeout)
	defer cancel()
	pause := time.NewTicker(lockPause)
	defer pause.Stop()
	for {
		lock, err := claim(o)
		if !errors.Is(err, errHeld) {
			return lock, err
		}
		who := readHolder(lockPath(o.DataDir))
		if who.PID != 0 {
			return nil, inUse(o.DataDir, who)
		}
		select {
		case <-bounded.Done():
			return nil, errors.Join(ctx.Err(), inUse(o.DataDir, who))
		case <-pause.C:
		}
	}
}

// claim makes the data folder and takes its lock.
func claim(o Options) (*lockFile, error) {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return nil, unwritable(o.DataDir, err)
	}
	lock, err := tryLock(lockPath(o.DataDir))
	if err != nil && !errors.Is(err, errHeld) {
		return nil, unwritable(o.DataDir, err)
	}
	return lock, err
}

// startOwn starts an engine on the data folder whose lock we have, and gives
// the lock up if that fails.
func startOwn(ctx context.Context, o Options, lock *lockFile) (db *Database, err error) {
	defer func() {
		if err != nil {
			if left := lock.release(); left != nil {
				err = errors.Join(err, left)
			}
		}
	}()
	before := lock.said()
	if err := lock.say(holder{PID: os.Getpid()}); err != nil {
		return nil, unwritable(o.DataDir, err)
	}
	if err := endLeftOver(ctx, o, before); err != nil {
		return nil, err
	}
	program, err := choose(ctx, o)
	if err != nil {
		return nil, err
	}
	running, address, err := launch(ctx, o, program)
	if err != nil {
		return nil, err
	}
	who := holder{PID: os.Getpid(), EnginePID: running.pid(), Kind: program.kind, Address: address}
	if err := lock.say(who); err != nil {
		return nil, errors.Join(unwritable(o.DataDir, err), running.stop(ctx))
	}
	o.Logger.Info("database started", "kind", program.kind, "address", address, "pid", running.pid())
	return &Database{URI: directURI(address), Kind: program.kind, Address: address, keeper: keepRunning(ctx, o, program, running, address, lock)}, nil
}

// endLeftOver ends the engine of a process that is gone. There should be none,
// since an engine goes with its process, and if there is one it has the data.
func endLeftOver(ctx context.Context, o Options, before holder) error {
	if !Alive(before.EnginePID) || !runsOn(before.EnginePID, dataPath(o)) {
		return nil
	}
	o.Logger.Warn("ending the database of a process that is gone", "pid", before.EnginePID, "started_by", before.PID)
	process, err := os.FindProcess(before.EnginePID)
	if err == nil {
		err = process.Kill()
	}
	if err == nil {
		err = untilGone(ctx, before.EnginePID)
	}
	if err != nil {
		return userError(err, "process %d, a database of an earlier run, still has the data folder %s: end it", before.EnginePID, o.DataDir)
	}
	return nil
}

// untilGone waits for a process that is not our child to end.
func untilGone(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, killTimeout)
	defer cancel()
	pause := time.NewTicker(readyPause)
	defer pause.Stop()
	for Alive(pid) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
	}
	return nil
}

// Close ends the engine, if it is ours: it is asked to, and killed when it has
// not ended in time or when ctx is done. The data folder is free afterwards.
// Closing again does nothing.
func (d *Database) Close(ctx context.Context) error {
	if d.keeper == nil {
		return nil
	}
	return d.keeper.close(ctx)
}

// Exited is closed when the engine ended without being asked to; one that is
// started again has not. It is nil if none is ours.
func (d *Database) Exited() <-chan struct{} {
	if d.keeper == nil {
		return nil
	}
	return d.keeper.exited
}

// PID is the process id of the engine that runs now, 0 if none is ours.
func (d *Database) PID() int {
	if d.keeper == nil {
		return 0
	}
	return d.keeper.current().pid()
}

// Kill ends the engine as a crash would, and returns when it is gone, for
// tests of what survives that. The data folder stays ours until Close.
func (d *Database) Kill() error {
	if d.keeper == nil {
		return errors.New("kill: the database is not ours")
	}
	return d.keeper.current().kill()
}

func (o Options) withDefaults() Options {
	if o.EngineDir == "" {
		o.EngineDir = filepath.Join(o.DataDir, "engine")
	}
	if o.CacheMiB == 0 {
		o.CacheMiB = usualCacheMiB()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.tie == nil {
		o.tie = tie
	}
	return o
}

// dataPath holds one folder for each kind of engine, since they do not read
// each other's files.
func dataPath(o Options) string { return filepath.Join(o.DataDir, "db") }
