// Package keyfile reads keys from files in the data folder. It creates a missing file so
// that all processes that start at the same time get the same key.
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

// maxBytes bounds the size of a key file. Keys are small, and a wrong path must not fill
// the memory.
const maxBytes = 1 << 20

// The modes of created folders and files: only for the owner.
const (
	folderMode   fs.FileMode = 0o700
	othersAccess fs.FileMode = 0o077
)

// LoadOrCreate returns the content of the file at path. If there is none, it creates the
// folder (0700) and the file (0600) with the key of makeKey. The first process to do so
// wins, and all of them return its key: the file appears under its name only when it is
// complete and on disk.
//
// A file that others than its owner may read or write is refused, because others may know
// or have replaced its key. Windows, whose permission bits do not tell that, is the
// exception. No error has a part of the key.
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
	// The winner reads the file too, so that all processes do the same.
	return load(path)
}

// load reads the file at path. If there is none, the error is fs.ErrNotExist.
func load(path string) ([]byte, error) {
	// Checked before opening, because opening a named pipe would wait for its writer.
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
		return nil, fmt.Errorf("key file %s is open to other users (mode %04o): delete it, or run chmod 600 on it if no other user can have read or changed it",
			path, info.Mode().Perm())
	}
	key, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a key file: %w", err)
	case len(key) == 0:
		return nil, fmt.Errorf("key file %s is empty: delete it, and a new one is made", path)
	case len(key) > maxBytes:
		return nil, fmt.Errorf("key file %s is larger than %d bytes: it is not a key", path, maxBytes)
	}
	return key, nil
}

// create writes the key into a new file at path, completely or not at all. If the file
// exists, the error is fs.ErrExist.
func create(path string, key []byte) (err error) {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	// CreateTemp creates files only for their owner.
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
	// Unlike a rename, a link never replaces an existing file.
	if err := os.Link(draft.Name(), path); err != nil {
		return fmt.Errorf("publish a key file (its file system must know hard links): %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes the file's name durable: data encrypted with the key must not outlive
// it.
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
