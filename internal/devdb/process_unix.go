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

// Alive says whether the process runs. One that has ended and that its parent
// has not yet asked about (a zombie) does not run, though it answers signals.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	return !strings.HasPrefix(ps(pid, "state="), "Z")
}

// commandLine returns what the process was started with, "" if that can't be
// told.
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
