//go:build hostile && linux

package app_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What one hostile request may take, and what a good caller keeps.
const (
	mostCPU         = 50 * time.Millisecond
	mostMemory      = 16 << 20
	leastThroughput = 0.95
	// fewest is how many hostile requests there are at least.
	fewest = 150
)

const (
	// again is how often a request that took too much is measured again: the
	// median counts, for the collector of garbage takes its turn with anyone.
	again = 4
	// pairs is how many windows a good caller has alone, and as many beside
	// hostile ones, in turn. What seems too little is measured on, up to mostPairs:
	// the machine has other things to do as well.
	pairs     = 10
	mostPairs = 80
	window    = 500 * time.Millisecond
	// pause is between two hostile requests of one who sends them in turn, beside
	// a good caller.
	pause = 20 * time.Millisecond
)

// goodQuery is what a front end asks for.
const goodQuery = `{ clients(pageSize: 20) { clientId fullName emailAddress cellPhone city tags viewClients(first: 5) { clientId fullName } } }`

// Each hostile request is refused with its code, for little of what the server
// has, and others notice next to nothing. Nothing is written, and nothing fails.
func TestHostileRequestsAreRefusedCheaply(t *testing.T) {
	s, to, m := exposed(t)
	before := s.do(t, to.token, "{ clientCount }")
	all := slices.Concat(hostileFragments(), hostileSelections(), hostileInvalid(), hostileTexts(), hostileIntrospection(), hostileBodies(), hostileVariables(), hostileSearches(),
		hostileParameters(), hostilePersisted(), hostileHTTP(), hostileEncodings(), hostileTokens(), hostileSockets(), hostileCrowds())
	if len(all) < fewest {
		t.Errorf("there are %d hostile requests, want %d", len(all), fewest)
	}
	var most taken
	var total time.Duration
	table := map[string]time.Duration{}
	for _, h := range all {
		took := measured(t, to, m, h)
		if took.cpu > mostCPU || took.memory > mostMemory {
			t.Errorf("%s: took %v of CPU and %s", h.name, took.cpu, mebibytes(took.memory))
		}
		most = taken{max(most.cpu, took.cpu), max(most.memory, took.memory)}
		total += took.cpu
		table[fmt.Sprintf("%-60.60s %-28s %8.2f ms %10s\n", h.name, h.code, float64(took.cpu.Microseconds())/1000, mebibytes(took.memory))] = took.cpu
	}
	kept, asked := throughput(t, s, to, all)
	rows := slices.SortedFunc(maps.Keys(table), func(a, b string) int { return cmp.Compare(table[b], table[a]) })
	t.Logf("hostile requests, their codes, CPU time and memory, the dearest first:\n%s", strings.Join(rows, ""))
	t.Logf("%d hostile requests are refused; the most that one takes is %.1f ms of CPU time (bound %v) and %s (bound %s); on average %.2f ms",
		len(all), float64(most.cpu.Microseconds())/1000, mostCPU, mebibytes(most.memory), mebibytes(mostMemory), float64(total.Microseconds())/1000/float64(len(all)))
	t.Logf("a good caller beside them keeps %.1f %% of its throughput (bound %.0f %%), beside %d hostile requests a second", 100*kept, 100*leastThroughput, asked)
	if kept < leastThroughput {
		t.Errorf("a good caller keeps only %.1f %% of its throughput", 100*kept)
	}
	unharmed(t, s, to, before)
}

// Hostile requests that begin and do not go on take nothing while they last, and end.
func TestHostileRequestsThatDoNotGoOnAreEndedCheaply(t *testing.T) {
	t.Parallel()
	s, to, m := exposed(t)
	before := s.do(t, to.token, "{ clientCount }")
	all := hostileWaits()
	took := m.during(t, func() {
		var waiting sync.WaitGroup
		for _, h := range all {
			waiting.Go(func() { refused(t, to, h) })
		}
		waiting.Wait()
	})
	each := taken{took.cpu / time.Duration(len(all)), took.memory / int64(len(all))}
	t.Logf("%d hostile requests that do not go on are ended, each for %v of CPU and %s", len(all), each.cpu, mebibytes(each.memory))
	if each.cpu > mostCPU || each.memory > mostMemory {
		t.Errorf("each takes %v of CPU and %s", each.cpu, mebibytes(each.memory))
	}
	unharmed(t, s, to, before)
}

// exposed is a server as on the internet, but for the schema, so that reading that is
// bounded too. It has answered some requests already.
func exposed(t *testing.T) (s *serving, to *victim, m meter) {
	t.Helper()
	ours := newIssuer(t)
	s = serve(t, dataDir(t), "--sample", "--introspection", "--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example",
		"--jwt-audience", "clientgraph", "--ssn-keyset-file", keysetFile(t))
	to = newVictim(s.base, ours.owner(t))
	for range 50 {
		s.do(t, to.token, goodQuery)
	}
	return s, to, meter{s.cmd.Process.Pid}
}

// unharmed wants as many clients as before, and a log without an error.
func unharmed(t *testing.T, s *serving, to *victim, before map[string]any) {
	t.Helper()
	if after := s.do(t, to.token, "{ clientCount }"); after["clientCount"] != before["clientCount"] {
		t.Errorf("there were %v clients, and now are %v", before, after)
	}
	for line := range strings.Lines(s.stderr.String()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "panic") {
			t.Errorf("the server logs %s", line)
		}
	}
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// measured is what a request takes of the server, which refuses it with its
// code; of one that comes many times at once, what each takes.
func measured(t *testing.T, to *victim, m meter, h hostile) taken {
	t.Helper()
	times := max(h.times, 1)
	once := func() taken {
		took := m.during(t, func() {
			var all sync.WaitGroup
			for range times {
				all.Go(func() { refused(t, to, h) })
			}
			all.Wait()
		})
		return taken{took.cpu / time.Duration(times), took.memory / int64(times)}
	}
	took := once()
	if took.cpu <= mostCPU && took.memory <= mostMemory {
		return took
	}
	cpu, memory := []time.Duration{took.cpu}, []int64{took.memory}
	for range again {
		took := once()
		cpu, memory = append(cpu, took.cpu), append(memory, took.memory)
	}
	slices.Sort(cpu)
	slices.Sort(memory)
	return taken{cpu[len(cpu)/2], memory[len(memory)/2]}
}

// refused sends a request, which is to be refused with its code.
func refused(t *testing.T, to *victim, h hostile) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	code, err := h.send(ctx, to)
	if err != nil {
		t.Errorf("%s: %v", h.name, err)
	} else if code != h.code {
		t.Errorf("%s: refused with %s, want %s", h.name, code, h.code)
	}
}

// throughput is how much of its throughput a good caller keeps beside one who
// sends hostile requests in turn, and how many of those come in a second.
func throughput(t *testing.T, s *serving, to *victim, all []hostile) (kept float64, asked int) {
	t.Helper()
	all = slices.DeleteFunc(slices.Clone(all), func(h hostile) bool { return h.times > 0 })
	// What this process leaves behind is not the server's to pay for.
	runtime.GC()
	// A good caller waits for the database above all. With a core of its own for that, no
	// hostile request takes its time by chance.
	pin(t, s.lock.EnginePID, 1)
	pin(t, s.cmd.Process.Pid, 0)
	pin(t, os.Getpid(), 0)
	defer func() {
		every := make([]int, runtime.NumCPU())
		for core := range every {
			every[core] = core
		}
		pin(t, os.Getpid(), every...)
	}()
	sent := 0
	var ratios []float64
	for len(ratios) < pairs || (kept < leastThroughput && len(ratios) < mostPairs) {
		alone := answersASecond(t, s, to.token)
		ctx, stop := context.WithCancel(t.Context())
		var beside sync.WaitGroup
		beside.Go(func() {
			tick := time.NewTicker(pause)
			defer tick.Stop()
			for ctx.Err() == nil {
				refused(t, to, all[sent%len(all)])
				sent++
				select {
				case <-tick.C:
				case <-ctx.Done():
				}
			}
		})
		attacked := answersASecond(t, s, to.token)
		stop()
		beside.Wait()
		ratios = append(ratios, attacked/alone)
		kept = median(ratios)
	}
	return kept, int(float64(sent) / (float64(len(ratios)) * window.Seconds()))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// answersASecond is how many requests of a good caller, one after the other, are answered
// in a second. The last one of a window ends after it: a window has a dozen, so a count
// alone would be wrong by a twelfth.
func answersASecond(t *testing.T, s *serving, token string) float64 {
	t.Helper()
	begun := time.Now()
	n := 0
	for time.Since(begun) < window {
		s.do(t, token, goodQuery)
		n++
	}
	return float64(n) / time.Since(begun).Seconds()
}
