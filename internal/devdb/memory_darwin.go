package devdb

import "golang.org/x/sys/unix"

// memory is the machine's memory in bytes, 0 if that can't be told.
func memory() uint64 {
	// Of a failure the number is 0.
	size, _ := unix.SysctlUint64("hw.memsize")
	return size
}
