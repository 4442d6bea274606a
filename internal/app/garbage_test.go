package app

import (
	"runtime/debug"
	"testing"
)

// What the environment says of the collector stays; the rest is set by what was
// measured.
func TestCollectorIsTunedWhereTheEnvironmentLeavesItOpen(t *testing.T) {
	was, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		debug.SetGCPercent(was)
		debug.SetMemoryLimit(limit)
	})
	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "off")
	tuneCollector()
	if percent, now := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); percent != 100 || now != limit {
		t.Errorf("GOGC=100 and GOMEMLIMIT=off became %d and %d", percent, now)
	}
	t.Setenv("GOGC", "")
	tuneCollector()
	if percent := debug.SetGCPercent(100); percent != usualGCPercent {
		t.Errorf("without GOGC it is %d, want %d", percent, usualGCPercent)
	}
}
