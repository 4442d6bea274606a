//go:build unix

package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/bench/queries"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// BenchmarkClientsWithViewers asks query b of the benchmark, a page of 50 clients
// with whom they may see, of a business of a thousand: of a server that is not watched,
// and of one that is watched as in production. cpu-µs/op is what this process spends,
// the server and its caller, without the database.
func BenchmarkClientsWithViewers(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *apitest.API{"unwatched": apitest.New, "watched": apitest.InProduction} {
		b.Run(name, func(b *testing.B) {
			askForViewers(b, open(b))
		})
	}
}

func askForViewers(b *testing.B, api *apitest.API) {
	b.Helper()
	loadThousand(b, api)
	authorization, document := "Bearer "+api.Token(b, owner()), queries.All(nil)[1].Document
	before, page := processCPU(b), 0
	for b.Loop() {
		page = page%16 + 1
		succeed(b, api, authorization, fmt.Sprintf(`{"query": %q, "variables": {"page": %d}}`, document, page))
	}
	b.ReportMetric(float64((processCPU(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// loadThousand gives the business a thousand clients, three of four of whom may see
// others.
func loadThousand(b *testing.B, api *apitest.API) []*client.Client {
	b.Helper()
	clients := sample.Generate(1, sample.BusinessID, 1_000, time.Now())
	if err := api.Service.AssignIDs(b.Context(), clients); err != nil {
		b.Fatal(err)
	}
	for i, c := range clients {
		for j := range i % 4 {
			c.SubjectIDs = append(c.SubjectIDs, clients[(i*7+j*13+1)%len(clients)].ClientID)
		}
		c.SubjectIDs = client.WithID(client.SortedSet(c.SubjectIDs), c.ClientID, false)
	}
	if err := api.Service.Import(b.Context(), apitest.OwnerScope(sample.BusinessID), clients, func(int) {}); err != nil {
		b.Fatal(err)
	}
	return clients
}

// succeed sends an operation that is to succeed.
func succeed(b *testing.B, api *apitest.API, authorization, body string) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, api.URL+"/graphql", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", authorization)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	data, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK || strings.Contains(string(data), `"errors"`) || strings.Contains(string(data), `"code":`) {
		b.Fatalf("it answers %d, %v: %.300s", answer.StatusCode, err, data)
	}
}

// processCPU is how long this process has run on any core.
func processCPU(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
