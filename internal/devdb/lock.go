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

// lockPause is the pause between two tries to get a lock: operating systems have no wait
// that a context can end.
const lockPause = 100 * time.Millisecond

// namelessTimeout is how long a lock may have a holder without a name.
const namelessTimeout = 3 * time.Second

// holder is the content of a data folder's lock file. All fields except PID are empty
// until the database answers.
type holder struct {
	PID       int    `json:"pid"`
	EnginePID int    `json:"enginePid,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Address   string `json:"address,omitempty"`
}

// lockFile is a file that this process has locked. The operating system ends the lock
// with the process, however it ends; the content is only for people and for Join.
type lockFile struct {
	path string
	file *os.File
}

// tryLock locks the file at path, which it creates if needed. It returns errHeld if
// another process, or another part of this one, has locked it.
func tryLock(path string) (*lockFile, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lockHandle(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		// The last holder removes the file before it unlocks it: the locked file may no
		// longer be the one with that name.
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

// waitLock is tryLock that waits for the other holder until ctx ends.
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

// say writes the holder. The file is truncated after writing, so that readers never find
// it empty.
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

// said returns the previous holder.
func (l *lockFile) said() holder {
	var who holder
	// A new file, or one torn by a crash, has no holder.
	_ = json.NewDecoder(io.NewSectionReader(l.file, 0, 1<<16)).Decode(&who)
	return who
}

// readHolder returns the current holder. The zero holder means that it is unknown: the
// file is being created, or its writer has ended.
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

// release removes the file and unlocks it. Another file of the same name, created after
// the folder was emptied, stays.
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

// letGo unlocks the file and leaves it, for locks that many wait for.
func (l *lockFile) letGo() { _ = l.file.Close() }

func lockPath(dataDir string) string { return filepath.Join(dataDir, "engine.lock") }
