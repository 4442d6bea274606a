package app_test

import (
	"net"
	"os/exec"
	"strings"
	"testing"
)

// Who runs `make run` beside another server hears of it at once, and not when
// everything is compiled.
func TestMakeRunNoticesABusyPortBeforeItCompiles(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	for _, flag := range []string{"--listen " + address, "--listen=" + address} {
		cmd := exec.CommandContext(t.Context(), "make", "run", "ARGS="+flag)
		cmd.Dir = root
		r := finish(t, cmd)
		if r.code == 0 || strings.Contains(r.stdout, "compiling") || !strings.Contains(r.stderr, address+" is in use") {
			t.Errorf("%s: exit code %d, %s%s", flag, r.code, r.stdout, r.stderr)
		}
	}
	listener.Close()
	cmd := exec.CommandContext(t.Context(), "make", "port", "ARGS=--listen "+address)
	cmd.Dir = root
	if r := finish(t, cmd); r.code != 0 {
		t.Errorf("a free port: exit code %d, %s", r.code, r.stderr)
	}
}
