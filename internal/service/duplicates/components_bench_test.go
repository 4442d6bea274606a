package duplicates

import (
	"fmt"
	"testing"

	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// BenchmarkJoin joins 100,000 clients, each of which shares four keys with 49 others, and
// finds the reasons of one page's pairs.
func BenchmarkJoin(b *testing.B) {
	var keys []store.SharedKey
	for group := range 2_000 {
		ids := make([]int64, maxSharers)
		for i := range ids {
			ids[i] = int64(group*maxSharers + i)
		}
		for _, kind := range []string{search.KeyEmail, search.KeyPhone, search.KeyPhone, search.KeyNameAndBirth} {
			keys = append(keys, store.SharedKey{Key: fmt.Sprint(kind, len(keys)), ClientIDs: ids})
		}
	}
	for b.Loop() {
		found := connect(keys, nil)
		lowest := found.roots()
		if len(lowest) != 2_000 || len(found.shared(lowest[:1])[lowest[0]]) != maxSharers*(maxSharers-1)/2 {
			b.Fatal("other groups")
		}
	}
}
