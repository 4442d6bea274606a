//go:build unix

package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// BenchmarkPatch patches two properties of one client after the other. The business has a
// thousand; those who are deleted are left out. cpu-µs/op is what this process spends, the
// server and its caller, without the database. The numbering of the feed's rows is in it.
func BenchmarkPatch(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *apitest.API{"unwatched": apitest.New, "watched": apitest.InProduction} {
		b.Run(name, func(b *testing.B) {
			api := open(b)
			clients := slices.DeleteFunc(loadThousand(b, api), (*client.Client).Deleted)
			authorization := "Bearer " + api.Token(b, owner())
			before, round := processCPU(b), 0
			for b.Loop() {
				id := clients[round%len(clients)].ClientID
				succeed(b, api, authorization, fmt.Sprintf(`{"query": %q, "variables": {"id": "%d", "patch": {"city": "Oslo %d", "notes": "Called %[3]d times."}}}`,
					patchMutation, id, round))
				round++
			}
			b.ReportMetric(float64((processCPU(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
