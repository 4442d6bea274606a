package devdb

import (
	"os"
	"os/exec"
	"syscall"
)

// tie lets the kernel kill the child when this process ends. SIGKILL, because it can't be
// blocked, and loses nothing: the engines' journals have every acknowledged write.
// os/exec handles the case that this process ended before the kernel was asked: it
// compares the parent's id and signals itself.
//
// The child gets a process group of its own, so that Ctrl-C in a terminal ends only this
// process, which ends the engine after its last request.
func tie(cmd *exec.Cmd) (tether, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return tether{started: func(*os.Process) error { return nil }, ended: func() {}}, nil
}
