//go:build linux || darwin

package devdb

import (
	"math"

	"golang.org/x/sys/unix"
)

func freeSpace(dir string) (int64, error) {
	var about unix.Statfs_t
	if err := unix.Statfs(dir, &about); err != nil {
		return 0, err
	}
	free := about.Bavail * uint64(about.Bsize) //nolint:gosec // The size of a block is no negative number.
	return int64(min(free, math.MaxInt64)), nil
}
