// Package testscript writes programs that tests run.
package testscript

import (
	"os"
	"syscall"
	"testing"
)

// Write writes an executable file.
func Write(t testing.TB, path, text string) {
	t.Helper()
	// A child that another test starts while the file is open for writing has it open
	// too, until it is the program that it is to be. Running the file fails meanwhile:
	// "text file busy".
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { //nolint:gosec // It is to be run.
		t.Fatal(err)
	}
}
