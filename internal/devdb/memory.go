package devdb

// minCacheMiB is the embedded engine's cache on a machine with little memory, or
// whose memory can't be told. With less the engine makes no headway with the
// larger transactions.
const minCacheMiB = 256

// Memory is how many bytes the machine has, or the container where that is less; 0
// where that can't be told.
func Memory() uint64 { return memory() }

// usualCacheMiB is the embedded engine's cache where nobody says how large it is
// to be: a quarter of the memory that this process may use. The cache takes no
// more of it than the data need.
func usualCacheMiB() int { return cacheMiB(memory()) }

// cacheMiB is the cache, in MiB, for so many bytes of memory; 0 is unknown.
func cacheMiB(memory uint64) int {
	return max(minCacheMiB, int(min(memory>>22, 1<<20)))
}
