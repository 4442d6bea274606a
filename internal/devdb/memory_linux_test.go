package devdb

import (
	"testing"
	"testing/fstest"
)

// TestMemoryIsTheLeastLimitThatTheProcessIsUnder: the machine's, or that of a
// control group of either version, its own or one above it.
func TestMemoryIsTheLeastLimitThatTheProcessIsUnder(t *testing.T) {
	const gib = 1 << 30
	for name, c := range map[string]struct {
		files map[string]string
		want  uint64
	}{
		"nothing to be read": {nil, 0},
		"no groups":          {map[string]string{"proc/meminfo": "MemFree: 1 kB\nMemTotal:       8388608 kB\n"}, 8 * gib},
		"a group of version 2": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "1073741824\n",
		}, gib},
		"a group above": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "2147483648\n", "sys/fs/cgroup/a/b/memory.max": "max\n",
		}, 2 * gib},
		"a container's own root": {map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1073741824\n",
		}, gib},
		"a group of version 1": {map[string]string{
			"proc/self/cgroup": "9:cpu,cpuacct:/x\n4:memory:/x\n0::/\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "3221225472\n",
		}, 3 * gib},
		"the host's path of a container": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/docker/0123\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
		}, gib},
		"no limit of version 1": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 8 * gib},
		"a limit above the machine's": {map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "17179869184\n",
		}, 8 * gib},
		"groups that can't be read": {map[string]string{"proc/self/cgroup": "0::/a:b\nnonsense\n"}, 8 * gib},
	} {
		root := fstest.MapFS{}
		if c.files != nil {
			root["proc/meminfo"] = &fstest.MapFile{Data: []byte("MemTotal:       8388608 kB\n")}
		}
		for path, text := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := memoryOf(root); got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
}
