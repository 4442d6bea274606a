package devdb

import (
	"bytes"
	"fmt"
	"os"
)

// Alive says whether the process runs. A zombie, which has ended but was not waited for,
// does not run, though it accepts signals.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in brackets and may have any byte.
	_, state, ok := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return ok && len(state) > 0 && state[0] != 'Z' && state[0] != 'X'
}

// commandLine returns the command line of a process; "" if unknown.
func commandLine(pid int) string {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return ""
	}
	return string(bytes.ReplaceAll(line, []byte{0}, []byte(" ")))
}
