package devdb

import (
	"os"
	"os/exec"
	"syscall"
)

// tie has the kernel kill the child when we end. SIGKILL, since it can be
// neither blocked nor outlasted, and costs nothing here: the engines' journals
// keep every acknowledged write. That we ended before the kernel was asked is
// seen to by os/exec, which compares the parent's id and signals itself.
//
// The child gets a process group of its own, so that Ctrl-C in a terminal ends
// only us, and us the engine after the last request is served.
func tie(cmd *exec.Cmd) (tether, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return tether{started: func(*os.Process) error { return nil }, ended: func() {}}, nil
}
