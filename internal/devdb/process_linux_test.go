package devdb

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

func TestEngineSeesNoSecretsOfOurs(t *testing.T) {
	t.Setenv("CLIENTGRAPH_SECRET", "hunter2")
	t.Setenv("SECANTUS_OPLOG_ASYNC", "1")
	db := open(t, t.TempDir())
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", db.PID()))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(environment, []byte("PATH=")) {
		t.Error("want the PATH")
	}
	for _, name := range []string{"CLIENTGRAPH_SECRET", "SECANTUS_OPLOG_ASYNC"} {
		if bytes.Contains(environment, []byte(name)) {
			t.Errorf("the engine sees %s", name)
		}
	}
}

// One whose parent has not asked about it yet still has an id and answers
// signals.
func TestZombieIsNotAlive(t *testing.T) {
	cmd := exec.Command("sh", "-c", "read -r word")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	if !Alive(cmd.Process.Pid) || !Alive(os.Getpid()) || Alive(0) || Alive(-1) {
		t.Error("want those that run, and no others")
	}
	if err := input.Close(); err != nil {
		t.Fatal(err)
	}
	wantGone(t, cmd.Process.Pid)
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", cmd.Process.Pid)); err != nil {
		t.Errorf("want it to be a zombie: %v", err)
	}
}
