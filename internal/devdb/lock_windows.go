package devdb

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockOffset is after everything that we write: on Windows other processes can't read
// locked bytes, but they must read the holder.
const lockOffset = 1 << 30

func lockHandle(file *os.File) error {
	at := &windows.Overlapped{Offset: lockOffset}
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

// removeLocked closes the file first, because an open file can't be removed here. A
// process that locks it in between keeps the file, because it has it open.
func removeLocked(file *os.File, path string) error {
	err := file.Close()
	_ = os.Remove(path)
	return err
}
