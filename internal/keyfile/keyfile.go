// Package keyfile owns key material that lives in a file of the data folder: it
// reads such a file, or makes it so that every process that starts at the same
// moment ends up with the same key.
package keyfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// maxBytes bounds what is read: keys are small, and a path that leads to
// something else should not fill the memory.
const maxBytes = 1 << 20

// The modes of what is made: for the owner alone.
const (
	folderMode   fs.FileMode = 0o700
	othersAccess fs.FileMode = 0o077
)

// LoadOrCreate returns the content of the file at path. When there is none, it
// creates the folder (0700) and the file (0600) with what makeKey returns. The
// first process to do so wins, and all of them return the winner's content: the
// file appears under its name only when it is complete and on disk.
//
// A file that others than its owner may read or write is refused, because a key
// that somebody else may have read or put there protects nothing. Windows, whose
// permission bits say nothing about that, is the exception. No error holds a part
// of the key.
func LoadOrCreate(path string, makeKey func() ([]byte, error)) ([]byte, error) {
	key, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return nil, fmt.Errorf("make the folder of a key file: %w", err)
	}
	key, err = makeKey()
	if err != nil {
		return nil, fmt.Errorf("make a key for %s: %w", path, err)
	}
	if len(key) == 0 {
		return nil, fmt.Errorf("make a key for %s: it came out empty", path)
	}
	if err := create(path, key); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	// Also the winner reads, so that all processes take the same way.
	return load(path)
}

// load reads the file at path; the error is fs.ErrNotExist when there is none.
func load(path string) ([]byte, error) {
	// A look before opening: to open a named pipe would wait for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read a key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("key file %s is not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read a key file: %w", err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, fmt.Errorf("read a key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&othersAccess != 0 {
		return nil, fmt.Errorf("key file %s is open to other users (mode %04o): delete it, or run chmod 600 on it when nobody else can have read or changed it",
			path, info.Mode().Perm())
	}
	key, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a key file: %w", err)
	case len(key) == 0:
		return nil, fmt.Errorf("key file %s is empty: delete it, and a new one is made", path)
	case len(key) > maxBytes:
		return nil, fmt.Errorf("key file %s is larger than %d bytes: it is no key", path, maxBytes)
	}
	return key, nil
}

// create puts key into a new file at path, whole or not at all. The error is
// fs.ErrExist when somebody else was first.
func create(path string, key []byte) (err error) {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	// CreateTemp makes files for their owner alone.
	draft, err := os.CreateTemp(folder, "."+name+".*.tmp")
	if err != nil {
		return fmt.Errorf("make a key file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()

	_, err = draft.Write(key)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return fmt.Errorf("write a key file: %w", err)
	}
	// A link, unlike a rename, never replaces a file that is there.
	if err := os.Link(draft.Name(), path); err != nil {
		return fmt.Errorf("publish a key file (its file system must know hard links): %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes the file's name as durable as its content: data encrypted
// with a key must not outlive it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be opened for this there
	}
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("save the folder of a key file: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("save the folder of a key file: %w", err)
	}
	return nil
}
