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

// KindGiven is the Kind of a database with a given URI; the others are those of engines
// that we start.
const (
	KindGiven    = "MONGODB_URI"
	KindMongod   = "mongod"
	KindSecantus = "secantusd-rs"
)

// Options say which database to use. URI or DataDir must be set; all other zero values
// mean defaults.
type Options struct {
	// URI, if set, is used as it is, and nothing is started.
	URI string
	// DataDir has the files of a database of our own: its data (db), its log
	// (engine.log), its holder (engine.lock). It is created if needed.
	DataDir string
	// EngineDir is where the engine's software is installed; DataDir/engine by default.
	// Processes may share one.
	EngineDir string
	// Port is the port of a database of our own; 0 takes a free one.
	Port int
	// CacheMiB is the size of the embedded engine's cache in MiB; by default a quarter of
	// the memory that this process may use, and at least 256. Other engines have their
	// own defaults.
	CacheMiB int
	// Expendable says that the data can be made again: the embedded engine then does not
	// wait for the disk at each commit, and may lose the last commits when it is killed.
	Expendable bool
	// Logger logs events of the engine; by default none.
	Logger *slog.Logger
	// Progress gets a line when the engine is installed, which takes seconds; it may be
	// nil.
	Progress io.Writer

	// tie binds the engine to this process; only tests set another one.
	tie func(*exec.Cmd) (tether, error)
}

// Database is a database that answered when it was opened.
type Database struct {
	// URI is what a driver connects to. It may hold a password.
	URI string
	// Kind is one of the Kind constants.
	Kind string
	// Address is the host and port, or several with commas. It has no secrets.
	Address string

	// keeper keeps our engine running; nil if we started none.
	keeper *keeper
}

// Open finds or starts the database for a server. It fails if another process uses the
// data folder. An error that the user can mend is a *UserError.
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

// Join finds the database for a command that may run while a server does: the one of
// Options.URI; else that of the process that uses the data folder, when it answers; else
// it starts one as Open does.
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

// joinOther connects to the database of the process that uses the data folder.
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

// claimOrTell locks the data folder, or returns the process that has locked it. It waits
// a moment for a holder without a name: it is about to write its name, or was killed and
// is still ending.
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

// claim creates the data folder and locks it.
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

// startOwn starts an engine on the locked data folder, and unlocks the folder if that
// fails.
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

// endLeftOver ends the engine of a process that has ended. Engines end with their
// processes, so there should be none; but if there is one, it has the data open.
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

// Close ends our engine: it is asked to end, and killed when it has not ended in time or
// when ctx is done. The data folder is free afterwards. Closing again does nothing.
func (d *Database) Close(ctx context.Context) error {
	if d.keeper == nil {
		return nil
	}
	return d.keeper.close(ctx)
}

// Exited is closed when the engine has ended without being asked to and is not started
// again. It is nil if we started none.
func (d *Database) Exited() <-chan struct{} {
	if d.keeper == nil {
		return nil
	}
	return d.keeper.exited
}

// PID returns the process id of our running engine; 0 if we started none.
func (d *Database) PID() int {
	if d.keeper == nil {
		return 0
	}
	return d.keeper.current().pid()
}

// Kill ends the engine as a crash would, and returns when it has ended, for tests. The
// data folder stays locked until Close.
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

// dataPath has a folder for each kind of engine, because they can't read each other's
// files.
func dataPath(o Options) string { return filepath.Join(o.DataDir, "db") }
