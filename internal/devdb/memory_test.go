package devdb

import "testing"

func TestCacheIsAQuarterOfTheMemoryAnd256MiBAtLeast(t *testing.T) {
	const mib = 1 << 20
	for memory, want := range map[uint64]int{
		0:                256,
		512 * mib:        256,
		1024 * mib:       256,
		2048 * mib:       512,
		24_000 * mib:     6_000,
		1<<64 - 1:        1 << 20,
		64 * 1024 * mib:  16 * 1024,
		1028*mib - 1:     256,
		1028 * mib:       257,
		4*1024*mib + 100: 1024,
	} {
		if got := cacheMiB(memory); got != want {
			t.Errorf("%d bytes: a cache of %d MiB, want %d", memory, got, want)
		}
	}
	if memory() == 0 {
		t.Error("the memory of this machine can't be told")
	}
}
