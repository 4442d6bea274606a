//go:build unix

package conns

import "golang.org/x/sys/unix"

// kept is the number of file descriptors left for the database, key files and logs, or
// half of all if there are fewer than twice as many.
const kept = 256

// Affordable returns how many connections the process has file descriptors for; 0 for no
// bound.
func Affordable() int {
	var bound unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &bound); err != nil || bound.Cur == unix.RLIM_INFINITY || bound.Cur > 1<<30 {
		return 0
	}
	files := int(bound.Cur)
	return files - min(kept, files/2)
}
