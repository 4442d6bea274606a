package app

import (
	"os"
	"runtime/debug"

	"clientgraph/internal/devdb"
)

const (
	// usualGCPercent is how much garbage may gather, in percent of what is in use. What
	// is in use is little beside what requests take for a moment: with Go's own 100 a
	// page of 50 clients costs 1.4 times as much CPU, and 50 MiB less memory at most.
	usualGCPercent = 400
	// memoryShare is the part of the memory, the machine's or the container's, below
	// which the collector tries to keep the process whatever that costs.
	memoryShare = 2
)

// tuneCollector sets what GOGC and GOMEMLIMIT leave open.
func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(usualGCPercent)
	}
	if memory := devdb.Memory(); os.Getenv("GOMEMLIMIT") == "" && memory > 0 {
		debug.SetMemoryLimit(int64(memory / memoryShare)) //nolint:gosec // No machine has that much.
	}
}
