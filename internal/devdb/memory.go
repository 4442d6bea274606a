package devdb

// minCacheMiB is the embedded engine's cache on a machine with little or unknown memory.
// With less, larger transactions make no progress.
const minCacheMiB = 256

// Memory returns the bytes of memory of the machine, or of the container if that is less;
// 0 if unknown.
func Memory() uint64 { return memory() }

// usualCacheMiB is the default size of the embedded engine's cache: a quarter of the
// memory that this process may use. The cache takes no more than the data need.
func usualCacheMiB() int { return cacheMiB(memory()) }

// cacheMiB returns the cache size in MiB for that many bytes of memory; 0 is unknown.
func cacheMiB(memory uint64) int {
	return max(minCacheMiB, int(min(memory>>22, 1<<20)))
}
