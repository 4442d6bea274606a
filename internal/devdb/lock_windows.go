package devdb

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockOffset is past anything that we write: Windows keeps other processes
// from reading what is locked, and they are to read who has the lock.
const lockOffset = 1 << 30

func lockHandle(file *os.File) error {
	at := &windows.Overlapped{Offset: lockOffset}
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

// removeLocked closes first, because an open file can't be removed here. Who
// takes the lock in between keeps the file: it is open then.
func removeLocked(file *os.File, path string) error {
	err := file.Close()
	_ = os.Remove(path)
	return err
}
