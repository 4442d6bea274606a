//go:build hostile && linux

package app_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// meter reads what a process takes, as the operating system accounts for it.
type meter struct{ pid int }

// taken is what a process took in some time.
type taken struct {
	cpu time.Duration
	// memory is by how many bytes what it has in memory grew at most.
	memory int64
}

// cpu is the CPU time of all threads of the process so far.
func (m meter) cpu(t *testing.T) time.Duration {
	t.Helper()
	// The clock of another process, as the kernel numbers it: the complement of
	// its id, and 2 for the time that it was scheduled for, of the whole process.
	const scheduled = 2
	var time unix.Timespec
	if err := unix.ClockGettime(int32(^m.pid<<3|scheduled), &time); err != nil {
		t.Fatalf("read the CPU time of process %d: %v", m.pid, err)
	}
	return duration(time)
}

func duration(t unix.Timespec) time.Duration { return time.Duration(t.Nano()) }

// memory is what the process has in memory now, and had at most since forget.
func (m meter) memory(t *testing.T) (now, peak int64) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.pid))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(string(text)) {
		for name, into := range map[string]*int64{"VmRSS:": &now, "VmHWM:": &peak} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				if _, err := fmt.Sscanf(rest, "%d kB", into); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				*into <<= 10
				found++
			}
		}
	}
	if found != 2 {
		t.Fatalf("process %d has no VmRSS or VmHWM", m.pid)
	}
	return now, peak
}

// forget sets the peak to what the process has in memory now.
func (m meter) forget(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", m.pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// during is what the process takes while do runs.
func (m meter) during(t *testing.T, do func()) taken {
	t.Helper()
	m.forget(t)
	before, _ := m.memory(t)
	began := m.cpu(t)
	do()
	cpu := m.cpu(t) - began
	_, peak := m.memory(t)
	return taken{cpu, max(peak-before, 0)}
}

// threads are the ids of a process's threads.
func threads(t *testing.T, pid int) []int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// untilIdle waits until the process has next to nothing to do.
func (m meter) untilIdle(t *testing.T) {
	t.Helper()
	last, at := m.cpu(t), time.Now()
	until(t, "the server is idle", func() bool {
		now, then := m.cpu(t), time.Now()
		if then.Sub(at) < window {
			return false
		}
		idle := (now-last)*20 < then.Sub(at)
		last, at = now, then
		return idle
	})
}
