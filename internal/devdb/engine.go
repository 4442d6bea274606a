package devdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// startTimeout is how long an engine may take to answer, including recovery after a
// crash, which took at most 10 s.
const startTimeout = time.Minute

// program is an engine that can be started.
type program struct {
	kind string
	path string
	// dir is its data folder.
	dir string
	// args are complete except for the port. An engine with a prefix takes port 0, and
	// prints the address after that prefix.
	args   []string
	prefix string
	// port to listen on.
	port int
	// nudge, if not nil, makes it a writable primary. It is called until it is one.
	nudge func(ctx context.Context, client *mongo.Client, address string) error
}

// choose returns the engine to start: the one that has data already, so that data do not
// seem lost after another engine was installed; else mongod; else the pinned engine,
// which is installed if needed.
func choose(ctx context.Context, o Options) (program, error) {
	root, err := filepath.Abs(dataPath(o))
	if err != nil {
		return program{}, fmt.Errorf("data folder: %w", err)
	}
	mongodPath, err := exec.LookPath(KindMongod)
	installed := err == nil
	hasMongod, hasSecantus := isDir(filepath.Join(root, KindMongod)), isDir(filepath.Join(root, KindSecantus))
	switch {
	case installed && (hasMongod || !hasSecantus):
		return mongod(mongodPath, filepath.Join(root, KindMongod), o.Port)
	case hasMongod && !hasSecantus:
		return program{}, userError(err, "the data in %s was written by mongod, which is not on the PATH: install it, or set MONGODB_URI, or choose another folder with --data-dir", dataPath(o))
	}
	path, err := install(ctx, o, pinned(), []string{"python3", "python"})
	if err != nil {
		return program{}, err
	}
	return secantus(o, path, filepath.Join(root, KindSecantus))
}

// secantus returns the pinned engine. With synchronous commits a kill loses no
// acknowledged write; with small log files a start after a kill takes no seconds; with a
// configuration file it does not read the user's own.
func secantus(o Options, path, dir string) (program, error) {
	config, err := filepath.Abs(filepath.Join(o.DataDir, "engine.toml"))
	if err != nil {
		return program{}, fmt.Errorf("data folder: %w", err)
	}
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		return program{}, unwritable(o.DataDir, err)
	}
	args := []string{
		"--host", "127.0.0.1", "--storage-path", dir,
		"--log-file-max", "128MB", "--cache-size", strconv.Itoa(o.CacheMiB) + "M", "--config", config,
	}
	if !o.Expendable {
		args = append(args, "--sync-on-commit")
	}
	return program{
		kind: KindSecantus, path: path, dir: dir, port: o.Port,
		prefix: "secantusd-rs listening on ",
		args:   args,
	}, nil
}

// launch starts the engine and returns when it accepts writes.
func launch(ctx context.Context, o Options, p program) (*child, string, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, "", unwritable(o.DataDir, err)
	}
	logPath := filepath.Join(o.DataDir, "engine.log")
	out, err := newEngineLog(logPath, p.prefix)
	if err != nil {
		return nil, "", unwritable(o.DataDir, err)
	}
	args := slices.Concat(p.args, []string{"--port", strconv.Itoa(p.port)})
	running, err := startChild(command{path: p.path, args: args, dir: p.dir}, out, o.Logger, o.tie)
	if err != nil {
		out.close()
		return nil, "", userError(err, "%s can't be run on this system: %s", p.kind, waysOut)
	}
	address, err := untilReady(ctx, p, running, out)
	if err == nil {
		return running, address, nil
	}
	err = errors.Join(err, running.stop(ctx))
	if ctx.Err() != nil {
		return nil, "", ctx.Err()
	}
	o.Logger.Error("the database did not start", "kind", p.kind, "error", err, "last_lines", tail(logPath))
	return nil, "", userError(err, "the database (%s) did not start: see %s; mend that, or set MONGODB_URI", p.kind, logPath)
}

// errEnded says that an engine ended while it was starting.
var errEnded = errors.New("the engine ended")

func untilReady(ctx context.Context, p program, running *child, out *engineLog) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	// The error below reports an early end, so the child must not report it too.
	running.stopping.Store(true)
	defer running.stopping.Store(false)
	address := fmt.Sprintf("127.0.0.1:%d", p.port)
	if p.prefix != "" {
		select {
		case address = <-out.listening:
		case <-running.done:
			return "", errEnded
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	asking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		select {
		case <-running.done:
			stop(errEnded)
		case <-asking.Done():
		}
	}()
	if err := untilListening(asking, address); err != nil {
		return "", errors.Join(context.Cause(asking), err)
	}
	client, err := connectDirect(address)
	if err != nil {
		return "", err
	}
	defer disconnect(ctx, client)
	var nudge func(context.Context) error
	if p.nudge != nil {
		nudge = func(ctx context.Context) error { return p.nudge(ctx, client, address) }
	}
	if err := untilWritable(asking, client, nudge); err != nil {
		return "", errors.Join(context.Cause(asking), err)
	}
	return address, nil
}

// untilListening waits until the address accepts connections. The driver could do that,
// but after a first refusal it waits much longer than the engine needs.
func untilListening(ctx context.Context, address string) error {
	pause := time.NewTicker(readyPause)
	defer pause.Stop()
	for {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-pause.C:
		}
	}
}

// runsOn says whether the process was started with the data in dir, so that another
// process with a reused id is never taken for an engine.
func runsOn(pid int, dir string) bool {
	path, err := filepath.Abs(dir)
	return err == nil && strings.Contains(commandLine(pid), path)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
