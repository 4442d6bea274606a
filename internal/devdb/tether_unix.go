//go:build unix && !linux

package devdb

import "os/exec"

func tie(cmd *exec.Cmd) (tether, error) { return tieByPipe(cmd) }
