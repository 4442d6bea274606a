//go:build unix

package conns

import "golang.org/x/sys/unix"

// kept is how many file descriptors are left to the database, key files and logs,
// or half of all where there are fewer than twice as many.
const kept = 256

// Affordable is how many connections the process has file descriptors for; 0 when
// that is not bounded.
func Affordable() int {
	var bound unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &bound); err != nil || bound.Cur == unix.RLIM_INFINITY || bound.Cur > 1<<30 {
		return 0
	}
	files := int(bound.Cur)
	return files - min(kept, files/2)
}
