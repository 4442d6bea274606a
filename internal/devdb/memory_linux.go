package devdb

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// memory returns how many bytes this process may use.
func memory() uint64 { return memoryOf(os.DirFS("/")) }

// memoryOf returns the machine's memory in bytes, or the lowest limit of the process's
// control groups if that is less; 0 if unknown.
func memoryOf(root fs.FS) uint64 {
	least := installed(root)
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(groups)) {
		// A line has the form id:controllers:path. Version 2 has no controllers.
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch parts[1] {
		case "":
			least = lower(least, lowest(root, "sys/fs/cgroup", parts[2], "memory.max"))
		case "memory":
			least = lower(least, lowest(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	return least
}

// installed returns the machine's memory; 0 if unknown.
func installed(root fs.FS) uint64 {
	info, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(info) {
		fields := strings.Fields(string(line))
		if len(fields) < 2 || fields[0] != "MemTotal:" {
			continue
		}
		if kiB, err := strconv.ParseUint(fields[1], 10, 54); err == nil {
			return kiB << 10
		}
	}
	return 0
}

// lowest returns the lowest limit of a group and those above it. In a container the path
// may be the host's, where only the top group is visible.
func lowest(root fs.FS, mount, group, file string) uint64 {
	var least uint64
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		if text, err := fs.ReadFile(root, path.Join(mount, group, file)); err == nil {
			// "max" is no limit.
			if limit, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
				least = lower(least, limit)
			}
		}
		if group == "/" {
			return least
		}
	}
}

// lower returns the lower of two amounts; 0 is unknown.
func lower(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
