//go:build unix

package devdb

import (
	"os"
	"os/exec"
	"syscall"
)

// watch becomes the engine, after leaving a process behind that reads a pipe
// whose other end only we hold. Told "ended" it goes; an end without that word
// means that we are gone, however that came about, and it kills the engine.
// The word keeps it from killing whoever got the engine's process id next.
const watch = `engine=$$
( read -r word <&3 || kill -KILL "$engine" ) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-`

// tieByPipe ties the child where the kernel offers nothing for it. It has a
// process group of its own, as on Linux (tie).
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

// askToEnd asks for a clean end.
func askToEnd(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
