//go:build hostile && linux

package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// flood is how many requests one caller has under way at once.
	flood = 300
	// slowest is how much longer another caller's requests may take beside them.
	slowest = 3
	// leastGoodput is what is left of what a server does for a few connections when
	// many come.
	leastGoodput = 0.8
	// span is how long a load lasts, and crowded how long one that many connections begin.
	span, crowded = 2 * time.Second, 5 * time.Second
	// rounds are how often two loads are compared. What seems wrong is measured on, up to
	// mostRounds: the machine has other things to do as well.
	rounds, mostRounds = 3, 9
)

// load is what connections that ask in turn, each as soon as it is answered, were
// told.
type load struct {
	mu     sync.Mutex
	served []time.Duration
	turned int
	failed int
}

func (l *load) count(status int, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch status {
	case http.StatusOK:
		l.served = append(l.served, took)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		l.turned++
	default:
		l.failed++
	}
}

// quantile is a time that so many of the answers took at most.
func (l *load) quantile(of float64) time.Duration {
	if len(l.served) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(l.served))
	return sorted[int(of*float64(len(sorted)-1))]
}

func (l *load) String() string {
	return fmt.Sprintf("%5d served, p50 %6.1f ms, p99 %6.1f ms, %6d turned away", len(l.served),
		float64(l.quantile(0.5).Microseconds())/1000, float64(l.quantile(0.99).Microseconds())/1000, l.turned)
}

// ask sends queries over so many connections until ctx ends, as those callers in
// turn; Retry-After is not heeded.
func ask(ctx context.Context, s *serving, tokens []string, connections int) *load {
	l := &load{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	body := fmt.Sprintf(`{"query": %q}`, goodQuery)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			for ctx.Err() == nil {
				began := time.Now()
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/graphql", strings.NewReader(body))
				if err != nil {
					return
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", "Bearer "+tokens[i%len(tokens)])
				response, err := client.Do(request)
				if err != nil {
					if ctx.Err() == nil {
						l.count(0, 0)
					}
					continue
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				l.count(response.StatusCode, time.Since(began))
			}
		})
	}
	all.Wait()
	return l
}

// asking is ask for a time.
func asking(t *testing.T, s *serving, tokens []string, connections int, lasting time.Duration) *load {
	ctx, cancel := context.WithTimeout(t.Context(), lasting)
	defer cancel()
	return ask(ctx, s, tokens, connections)
}

// defended is a server as on the internet, with the bounds that it has by itself
// but for the points, which these loads would spend.
func defended(t *testing.T, ours issuer) *serving {
	return serveBounded(t, dataDir(t), "--sample", "--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example",
		"--jwt-audience", "clientgraph", "--ssn-keyset-file", keysetFile(t), "--points-per-minute", "0")
}

// One caller who has hundreds of requests under way does not keep another waiting.
func TestHostileFloodOfOneCallerLeavesAnotherItsTime(t *testing.T) {
	ours := newIssuer(t)
	s := defended(t, ours)
	flooding, other := []string{ours.ownerCalled(t, "flood")}, []string{ours.ownerCalled(t, "other")}
	asking(t, s, other, 1, span)
	var ratios []float64
	for len(ratios) < rounds || (median(ratios) > slowest && len(ratios) < mostRounds) {
		quiet := asking(t, s, other, 1, span)
		ctx, stop := context.WithCancel(t.Context())
		var flooded *load
		var beside sync.WaitGroup
		beside.Go(func() { flooded = ask(ctx, s, flooding, flood) })
		besideFlood := asking(t, s, other, 1, span)
		stop()
		beside.Wait()
		longer := besideFlood.quantile(0.5)
		// Where only a few are answered, it is the others that take long.
		if mean := span / time.Duration(max(len(besideFlood.served), 1)); mean > 4*longer {
			longer = mean
		}
		ratios = append(ratios, float64(longer)/float64(quiet.quantile(0.5)))
		t.Logf("another caller before     %s\nbeside %d of one caller  %s\nthe flood itself          %s", quiet, flood, besideFlood, flooded)
		if besideFlood.failed > 0 || flooded.failed > 0 {
			t.Errorf("%d and %d requests were not answered", besideFlood.failed, flooded.failed)
		}
	}
	t.Logf("another caller's p50 is %.1f times the quiet one (bound %d)", median(ratios), slowest)
	if median(ratios) > slowest {
		t.Errorf("another caller's p50 is %.1f times the quiet one, in turn %.1f", median(ratios), ratios)
	}
}

// A server that a thousand connections ask at once does nearly as much as for a
// few, and tells the others at once to come later.
func TestHostileCrowdLeavesTheServerItsGoodput(t *testing.T) {
	ours := newIssuer(t)
	s := defended(t, ours)
	// One core is the server's; the database and the callers have the other.
	pin(t, s.cmd.Process.Pid, 0)
	pin(t, s.lock.EnginePID, 1)
	var tokens []string
	for i := range 64 {
		tokens = append(tokens, ours.ownerCalled(t, fmt.Sprint("caller ", i)))
	}
	asking(t, s, tokens, 32, span)
	var ratios []float64
	for len(ratios) < rounds-1 || (median(ratios) < leastGoodput && len(ratios) < mostRounds) {
		few, many := asking(t, s, tokens, 32, crowded), asking(t, s, tokens, 1024, crowded)
		if len(few.served) == 0 {
			t.Fatalf("32 connections  %s", few)
		}
		ratios = append(ratios, float64(len(many.served))/float64(len(few.served)))
		t.Logf("  32 connections  %s\n1024 connections  %s", few, many)
		if few.failed+many.failed > 0 {
			t.Errorf("%d and %d requests were not answered", few.failed, many.failed)
		}
	}
	t.Logf("goodput for 1,024 connections is %.2f of that for 32 (bound %.1f)", median(ratios), leastGoodput)
	if median(ratios) < leastGoodput {
		t.Errorf("goodput for 1,024 connections is only %.2f of that for 32, in turn %.2f", median(ratios), ratios)
	}
}

// pin keeps all threads of a process on these cores, where there are several.
func pin(t *testing.T, pid int, cores ...int) {
	t.Helper()
	for _, thread := range threads(t, pid) {
		var set unix.CPUSet
		for _, core := range cores {
			set.Set(core)
		}
		if err := unix.SchedSetaffinity(thread, &set); err != nil {
			t.Logf("process %d is not pinned: %v", pid, err)
			return
		}
	}
}
