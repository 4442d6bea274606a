package devdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// errHeld says that another process has the lock.
var errHeld = errors.New("the lock is held")

// lockPause is how long to wait before trying again for a lock that another
// process has; the operating systems offer no waiting that a context can end.
const lockPause = 100 * time.Millisecond

// namelessTimeout is how long a lock may be held by nobody that can be named.
const namelessTimeout = 3 * time.Second

// holder is what the lock file of a data folder says of who has it. All but
// PID are empty until the database answers.
type holder struct {
	PID       int    `json:"pid"`
	EnginePID int    `json:"enginePid,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Address   string `json:"address,omitempty"`
}

// lockFile is a file that this process has locked. The lock is the operating
// system's, so it ends with the process in whatever way that ends; what the
// file says is for people and for Join.
type lockFile struct {
	path string
	file *os.File
}

// tryLock takes the lock of the file at path, which it makes if need be. It
// returns errHeld when another process (or another part of this one) has it.
func tryLock(path string) (*lockFile, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lockHandle(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		// The last holder removes the file before it lets go: what we locked
		// may no longer be the file of that name.
		ours, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		named, err := os.Stat(path)
		if err == nil && os.SameFile(ours, named) {
			return &lockFile{path: path, file: file}, nil
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
}

// waitLock is tryLock, waiting for the other holder as long as ctx lasts.
func waitLock(ctx context.Context, path string) (*lockFile, error) {
	pause := time.NewTicker(lockPause)
	defer pause.Stop()
	for {
		lock, err := tryLock(path)
		if !errors.Is(err, errHeld) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-pause.C:
		}
	}
}

// say writes who has the lock. The end is cut after the writing, so that a
// reader finds the old or the new text, not an empty file.
func (l *lockFile) say(who holder) error {
	text, err := json.Marshal(who)
	if err != nil {
		return fmt.Errorf("lock file: %w", err)
	}
	text = append(text, '\n')
	if _, err := l.file.WriteAt(text, 0); err != nil {
		return err
	}
	return l.file.Truncate(int64(len(text)))
}

// said reads who had the lock before us.
func (l *lockFile) said() holder {
	var who holder
	// A file that is new, or torn by a crash, tells nothing.
	_ = json.NewDecoder(io.NewSectionReader(l.file, 0, 1<<16)).Decode(&who)
	return who
}

// readHolder reads who has the lock now. The zero holder means that it can't
// be told: the file is just being made, or its writer is gone.
func readHolder(path string) holder {
	file, err := os.Open(path)
	if err != nil {
		return holder{}
	}
	defer file.Close()
	who := (&lockFile{file: file}).said()
	if !Alive(who.PID) {
		return holder{}
	}
	return who
}

// release removes the file and gives the lock up. A file of the same name that
// is not the one we locked, since the folder was emptied under us, stays.
func (l *lockFile) release() error {
	ours, err := l.file.Stat()
	if err != nil {
		return errors.Join(err, l.file.Close())
	}
	if named, err := os.Stat(l.path); err != nil || !os.SameFile(ours, named) {
		return l.file.Close()
	}
	return removeLocked(l.file, l.path)
}

// letGo gives the lock up and leaves the file, for locks that many wait for.
func (l *lockFile) letGo() { _ = l.file.Close() }

func lockPath(dataDir string) string { return filepath.Join(dataDir, "engine.lock") }
