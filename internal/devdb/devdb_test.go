package devdb

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestDataIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	insert(t, first, "kept")
	closeDB(t, first)
	wantKept(t, open(t, dir), "kept")
}

func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	db, err := Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	if err != nil {
		t.Fatal(err)
	}
	pid := db.PID()
	if !Alive(pid) {
		t.Fatal("want an engine")
	}
	closeDB(t, db)
	closeDB(t, db)
	if Alive(pid) {
		t.Error("the engine is still there")
	}
	if _, err := os.Stat(lockPath(dir)); err == nil {
		t.Error("the lock file is still there")
	}
	select {
	case <-db.Exited():
		t.Error("an end that was asked for is reported as unexpected")
	default:
	}
}

func TestCloseKillsWhenItsTimeIsOver(t *testing.T) {
	db := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if Alive(db.PID()) {
		t.Fatal("the engine is still there")
	}
}

func TestUnexpectedEndIsTold(t *testing.T) {
	db := open(t, t.TempDir())
	process, err := os.FindProcess(db.PID())
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-db.Exited():
	case <-time.After(20 * time.Second):
		t.Fatal("nobody is told")
	}
}

func TestSecondOpenSaysWhoHoldsTheData(t *testing.T) {
	dir := t.TempDir()
	p := startParent(t, dir, "waits", false)
	_, err := Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	wantUserError(t, err, strconv.Itoa(p.cmd.Process.Pid), p.address, dir, "--data-dir")
}

func TestOpenWhileAnotherOneStartsSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, err := tryLock(lockPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.letGo()
	_, err = Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	wantUserError(t, err, dir, "another process")
	if err := lock.say(holder{PID: os.Getpid()}); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	wantUserError(t, err, strconv.Itoa(os.Getpid()), "starting")
}

// The parent is killed and not waited for, so that it is still there as a
// zombie: that counts as dead.
func TestLockOfADeadProcessIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	p := startParent(t, dir, "waits", false)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wantGone(t, p.cmd.Process.Pid)
	wantGone(t, p.enginePID)
	if said, err := os.ReadFile(lockPath(dir)); err != nil || !strings.Contains(string(said), p.address) {
		t.Fatalf("want the dead process's lock file, got %q, %v", said, err)
	}
	if db := open(t, dir); db.PID() == p.enginePID {
		t.Fatal("want an engine of our own")
	}
}

func TestLeftOverEngineIsEnded(t *testing.T) {
	dir := t.TempDir()
	o := Options{DataDir: dir, EngineDir: software(t)}.withDefaults()
	what, err := choose(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	leftOver, _, err := launch(t.Context(), o, what)
	if err != nil {
		t.Fatal(err)
	}
	writeStaleLock(t, dir, leftOver.pid())
	open(t, dir)
	if Alive(leftOver.pid()) {
		t.Fatal("two engines have one folder of data")
	}
}

// A process that got a dead engine's id is nothing to us.
func TestProcessWithAnOldEnginesIDIsLeftAlone(t *testing.T) {
	other := open(t, t.TempDir())
	dir := t.TempDir()
	writeStaleLock(t, dir, other.PID())
	open(t, dir)
	if !Alive(other.PID()) {
		t.Fatal("the wrong process was ended")
	}
}

func writeStaleLock(t *testing.T, dir string, enginePID int) {
	t.Helper()
	text := fmt.Sprintf(`{"pid":1073741824,"enginePid":%d,"address":"127.0.0.1:1"}`, enginePID)
	if err := os.WriteFile(lockPath(dir), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUnwritableDataFolderIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(file, "sub")
	_, err := Open(t.Context(), Options{DataDir: dir, EngineDir: software(t)})
	wantUserError(t, err, dir, "can't be written", "--data-dir")
}

func TestEngineThatDoesNotStartPointsAtItsLog(t *testing.T) {
	dir := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = Open(t.Context(), Options{DataDir: dir, EngineDir: software(t), Port: taken.Addr().(*net.TCPAddr).Port})
	wantUserError(t, err, filepath.Join(dir, "engine.log"))
	open(t, dir) // The lock was given up.
}

func TestPortIsTheOneAskedFor(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	_, text, err := net.SplitHostPort(first.Address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	closeDB(t, first)
	second, err := Open(t.Context(), Options{DataDir: dir, EngineDir: software(t), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, second)
	if second.Address != first.Address {
		t.Fatalf("want %s, got %s", first.Address, second.Address)
	}
}
