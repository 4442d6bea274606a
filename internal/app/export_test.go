package app

import "runtime/debug"

// Describe is describe, for tests.
func Describe(build *debug.BuildInfo) string { return describe(build) }
