package app_test

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: what is written to tty is read from master.
func terminal(t *testing.T) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no terminals: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return master, tty
}

func TestSeedShowsItsProgressOnATerminal(t *testing.T) {
	t.Parallel()
	master, tty := terminal(t)
	cmd := command(t, "seed", "--clients", "600", "--business", "7", "--data-dir", dataDir(t))
	cmd.Stdout = tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// With the last writer the reading ends.
	tty.Close()
	shown, _ := io.ReadAll(master)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"clients 600 / 600", "100 %", "added 600 clients to business 7"} {
		if !bytes.Contains(shown, []byte(want)) {
			t.Errorf("want %q in %q", want, shown)
		}
	}
}

func TestImportShowsItsRateAndWhatIsLeftOnATerminal(t *testing.T) {
	t.Parallel()
	master, tty := terminal(t)
	cmd := command(t, "import", clientFile(t, 200), "--kind", "clients", "--match", "none", "--data-dir", dataDir(t))
	cmd.Stderr = tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// With the last writer the reading ends.
	tty.Close()
	shown, _ := io.ReadAll(master)
	_ = cmd.Wait() // Rows of the file have errors.
	for _, want := range []string{"rows ", " / 201", " %", "/s ", "created 180"} {
		if !bytes.Contains(shown, []byte(want)) {
			t.Errorf("want %q in %q", want, shown)
		}
	}
}
