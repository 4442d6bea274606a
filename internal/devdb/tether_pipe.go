//go:build unix

package devdb

import (
	"os"
	"os/exec"
	"syscall"
)

// watch becomes the engine, after it starts a process that reads a pipe whose other end
// only we have. That process ends when it reads "ended". If the pipe closes without that
// word, we have ended, for whatever reason, and it kills the engine. The word keeps it
// from killing a later process with the engine's id.
const watch = `engine=$$
( read -r word <&3 || kill -KILL "$engine" ) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-`

// tieByPipe ties the child where the kernel has no way to do it. The child has a process
// group of its own, as on Linux (tie).
func tieByPipe(cmd *exec.Cmd) (tether, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return tether{}, err
	}
	cmd.Args = append([]string{"sh", "-c", watch, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return tether{
		started: func(*os.Process) error { return theirs.Close() },
		ended: func() {
			_ = theirs.Close()
			_, _ = ours.WriteString("ended\n")
			_ = ours.Close()
		},
	}, nil
}

// askToEnd asks the process to end.
func askToEnd(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
