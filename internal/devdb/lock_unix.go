//go:build unix

package devdb

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func lockHandle(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return errHeld
		case err != nil:
			return &os.PathError{Op: "flock", Path: file.Name(), Err: err}
		default:
			return nil
		}
	}
}

// removeLocked removes the file while it is locked, so that no other process can lock the
// file of that name and then lose it.
func removeLocked(file *os.File, path string) error {
	return errors.Join(os.Remove(path), file.Close())
}
