package devdb

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// UserError is a failure that whoever started the program can put right.
// Error is one line, tells what to do, and holds no secret: print it and exit.
type UserError struct {
	Message string
	cause   error
}

func (e *UserError) Error() string { return e.Message }

// Unwrap returns the cause, for logs and errors.Is; nil where the cause could
// repeat a secret.
func (e *UserError) Unwrap() error { return e.cause }

// waysOut ends every message about a database of our own that can't be had.
const waysOut = "set MONGODB_URI to a MongoDB replica set, or install mongod on the PATH, or install Python 3 with pip"

func userError(cause error, format string, args ...any) *UserError {
	line := strings.Join(strings.FieldsFunc(fmt.Sprintf(format, args...), func(r rune) bool {
		return r == '\n' || r == '\r'
	}), " ")
	return &UserError{Message: line, cause: cause}
}

// unwritable says that the data folder can't be used, and why. The reason is
// the operating system's alone: the path is already in the message.
func unwritable(dir string, cause error) error {
	reason := cause
	if path, ok := errors.AsType[*fs.PathError](cause); ok {
		reason = path.Err
	}
	return userError(cause, "the data folder %s can't be written (%v): choose another one with --data-dir", dir, reason)
}

// inUse says who holds the data folder.
func inUse(dir string, by holder) error {
	switch {
	case by.PID == 0:
		return userError(nil, "the data folder %s is in use by another process: stop it or choose another folder with --data-dir", dir)
	case by.Address == "":
		return userError(nil, "the data folder %s is in use by process %d, which is starting its database: stop it or choose another folder with --data-dir", dir, by.PID)
	}
	return userError(nil, "the data folder %s is in use by process %d (database at %s): stop it or choose another folder with --data-dir", dir, by.PID, by.Address)
}
