package app

import (
	"os"
	"runtime/debug"

	"clientgraph/internal/devdb"
)

const (
	// usualGCPercent is how much garbage may collect, in percent of the memory in use.
	// That is little compared with what requests need for a moment: with Go's default of
	// 100 a page of 50 clients costs 1.4 times as much CPU, and saves 50 MiB at most.
	usualGCPercent = 400
	// memoryShare sets the memory limit of the process: the machine's or container's
	// memory divided by it. The collector tries to stay below it at any cost.
	memoryShare = 2
)

// tuneCollector sets defaults where GOGC and GOMEMLIMIT are not set.
func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(usualGCPercent)
	}
	if memory := devdb.Memory(); os.Getenv("GOMEMLIMIT") == "" && memory > 0 {
		debug.SetMemoryLimit(int64(memory / memoryShare)) //nolint:gosec // No machine has that much.
	}
}
