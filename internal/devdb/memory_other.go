//go:build !linux && !darwin && !windows

package devdb

// memory is unknown on this system.
func memory() uint64 { return 0 }
