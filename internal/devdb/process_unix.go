//go:build unix && !linux

package devdb

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Alive says whether the process runs. A zombie, which has ended but was not waited for,
// does not run, though it accepts signals.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	return !strings.HasPrefix(ps(pid, "state="), "Z")
}

// commandLine returns the command line of a process; "" if unknown.
func commandLine(pid int) string { return ps(pid, "command=") }

func ps(pid int, column string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ps", "-o", column, "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
