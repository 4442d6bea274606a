package load

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is Linux's unit of CPU time.
const tick = time.Second / 100

// CPUTime returns the CPU time of a process, in its own code and in the kernel; 0 for no
// process.
func CPUTime(pid int) (time.Duration, error) {
	if pid == 0 {
		return 0, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of a server: %w", err)
	}
	// The name, in parentheses, may have spaces.
	_, rest, found := bytes.Cut(stat, []byte(") "))
	fields := bytes.Fields(rest)
	const user, system = 11, 12
	if !found || len(fields) <= system {
		return 0, errors.New("the kernel tells CPU time in another form")
	}
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// Memory is the memory of a process in bytes: now, and the most so far.
type Memory struct{ Now, Most int64 }

// MemoryOf reads the memory of a process.
func MemoryOf(pid int) (Memory, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, fmt.Errorf("read the memory of a server: %w", err)
	}
	var memory Memory
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		const unit = 1024
		for name, into := range map[string]*int64{"VmRSS:": &memory.Now, "VmHWM:": &memory.Most} {
			if len(fields) < 2 || string(fields[0]) != name {
				continue
			}
			n, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				return Memory{}, err
			}
			*into = n * unit
		}
	}
	return memory, nil
}
