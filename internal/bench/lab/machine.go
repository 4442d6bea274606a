package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Machine describes the machine and the versions, as lines of a Markdown list.
func (l *Lab) Machine() []string {
	lines := []string{
		fmt.Sprintf("%s, %d cores, %s of memory, %s", valueOf("/proc/cpuinfo", "model name"), runtime.NumCPU(), valueOf("/proc/meminfo", "MemTotal"), l.output("uname", "-sr")),
		fmt.Sprintf("%s; Node.js %s; %s", runtime.Version(), l.output("node", "--version"), l.output("rustc", "--version")),
		fmt.Sprintf("measured on %s; load average when it began: %s", time.Now().UTC().Format(time.DateOnly), strings.Join(strings.Fields(contents("/proc/loadavg"))[:3], ", ")),
	}
	if l.engine != nil {
		lines = append(lines, "database: "+l.engine.Kind)
	}
	return lines
}

func contents(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return "? ? ?"
	}
	return string(text)
}

// valueOf returns the value of the first line with that name in a file of the kernel.
func valueOf(file, name string) string {
	for line := range strings.Lines(contents(file)) {
		if found, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(found) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func (l *Lab) output(name string, args ...string) string {
	out, err := exec.CommandContext(l.ctx, name, args...).Output() //nolint:gosec // The names are our own.
	if err != nil {
		return "(no " + name + ")"
	}
	return string(bytes.TrimSpace(out))
}
