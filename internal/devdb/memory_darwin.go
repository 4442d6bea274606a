package devdb

import "golang.org/x/sys/unix"

// memory returns the machine's memory in bytes; 0 if unknown.
func memory() uint64 {
	// After an error the number is 0.
	size, _ := unix.SysctlUint64("hw.memsize")
	return size
}
