package devdb

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// UserError is an error that the user can mend. Error is one line that tells what to do
// and has no secret: print it and exit.
type UserError struct {
	Message string
	cause   error
}

func (e *UserError) Error() string { return e.Message }

// Unwrap returns the cause; nil if the cause may have a secret.
func (e *UserError) Unwrap() error { return e.cause }

// waysOut ends every message that a database of our own can't be started.
const waysOut = "set MONGODB_URI to a MongoDB replica set, or install mongod on the PATH, or install Python 3 with pip"

func userError(cause error, format string, args ...any) *UserError {
	line := strings.Join(strings.FieldsFunc(fmt.Sprintf(format, args...), func(r rune) bool {
		return r == '\n' || r == '\r'
	}), " ")
	return &UserError{Message: line, cause: cause}
}

// unwritable returns the error of a data folder that can't be used. It has only the
// operating system's reason, because the path is in the message already.
func unwritable(dir string, cause error) error {
	reason := cause
	if path, ok := errors.AsType[*fs.PathError](cause); ok {
		reason = path.Err
	}
	return userError(cause, "the data folder %s can't be written (%v): choose another one with --data-dir", dir, reason)
}

// inUse returns the error of a data folder that another process uses.
func inUse(dir string, by holder) error {
	switch {
	case by.PID == 0:
		return userError(nil, "the data folder %s is in use by another process: stop it or choose another folder with --data-dir", dir)
	case by.Address == "":
		return userError(nil, "the data folder %s is in use by process %d, which is starting its database: stop it or choose another folder with --data-dir", dir, by.PID)
	}
	return userError(nil, "the data folder %s is in use by process %d (database at %s): stop it or choose another folder with --data-dir", dir, by.PID, by.Address)
}
