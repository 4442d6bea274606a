// Package testscript writes executable files for tests.
package testscript

import (
	"os"
	"syscall"
	"testing"
)

// Write writes an executable file.
func Write(t testing.TB, path, text string) {
	t.Helper()
	// A process that another test starts meanwhile inherits the open file until it
	// executes its program. Running the file would fail during that time: "text file
	// busy".
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { //nolint:gosec // It is to be run.
		t.Fatal(err)
	}
}
