//go:build unix

package devdb

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// otherTie is how the engine is tied where it is not by the kernel.
func otherTie(cmd *exec.Cmd) (tether, error) { return tieByPipe(cmd) }

func TestEngineEndsWithItsParent(t *testing.T) {
	t.Parallel()
	ends := []struct {
		name, ending string
		signal       os.Signal
	}{
		{"killed", "waits", syscall.SIGKILL},
		{"asked to end", "waits", syscall.SIGTERM},
		{"interrupted", "waits", syscall.SIGINT},
		{"panics", "panics", nil},
		{"exits without closing", "exits", nil},
		{"fails without closing", "exits bad", nil},
		{"closes", "closes", nil},
	}
	for tieName, byPipe := range map[string]bool{"kernel": false, "pipe": true} {
		for _, end := range ends {
			t.Run(tieName+"/"+end.name, func(t *testing.T) {
				t.Parallel()
				p := startParent(t, t.TempDir(), end.ending, byPipe)
				if end.signal != nil {
					if !Alive(p.enginePID) {
						t.Fatal("the engine does not run beside its parent")
					}
					if err := p.cmd.Process.Signal(end.signal); err != nil {
						t.Fatal(err)
					}
				}
				wantGone(t, p.enginePID)
			})
		}
	}
}

// SIGTERM would not end an engine that hangs, or that is slow to end.
func TestEngineThatHearsNothingEndsWithItsParent(t *testing.T) {
	for tieName, byPipe := range map[string]bool{"kernel": false, "pipe": true} {
		t.Run(tieName, func(t *testing.T) {
			p := startParent(t, t.TempDir(), hasDeafChild, byPipe)
			if !Alive(p.enginePID) {
				t.Fatal("the child does not run beside its parent")
			}
			if err := p.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			wantGone(t, p.enginePID)
		})
	}
}

func TestEngineIsNotInOurProcessGroup(t *testing.T) {
	db := open(t, t.TempDir())
	group, err := syscall.Getpgid(db.PID())
	if err != nil {
		t.Fatal(err)
	}
	if group == syscall.Getpgrp() {
		t.Fatal("Ctrl-C would end the engine before the requests that use it")
	}
}
