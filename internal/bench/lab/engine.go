package lab

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/bench/load"
)

// EngineTime returns the CPU time of a database that this process started.
func (l *Lab) EngineTime() (time.Duration, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	own := strconv.Itoa(os.Getpid())
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // It ended meanwhile.
		}
		_, rest, _ := strings.Cut(string(text), "(")
		program, rest, _ := strings.Cut(rest, ") ")
		fields := strings.Fields(rest)
		// The kernel stores the first 15 bytes of a program's name.
		const state, parent, kept = 0, 1, 15
		if len(fields) <= parent || fields[state] == "Z" || fields[parent] != own || program != l.engine.Kind[:min(kept, len(l.engine.Kind))] {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			return 0, err
		}
		return load.CPUTime(pid)
	}
	return 0, errors.New("the database is no process of this one: unset MONGODB_URI for this measurement")
}
