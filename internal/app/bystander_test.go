//go:build unix

package app_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"clientgraph/internal/testsize"
)

// bystander writes to a client of its own, over a server that goes on.
type bystander struct {
	id     string
	writes atomic.Int64
	// longest is the longest that a write took.
	longest time.Duration
}

// write changes the client until stopped.
func (b *bystander) write(t *testing.T, s *serving, owner string, stopped *atomic.Bool) {
	for !stopped.Load() && !t.Failed() {
		began := time.Now()
		s.do(t, owner, fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {city: "city %d"}) { client { clientId } } }`, b.id, b.writes.Load()))
		b.longest = max(b.longest, time.Since(began))
		b.writes.Add(1)
	}
}

// made makes a client.
func made(t *testing.T, s *serving, owner, name string) string {
	t.Helper()
	answered := s.do(t, owner, fmt.Sprintf(`mutation { createClient(input: {firstName: %q, lastName: "Deer", emailAddress: "deer@example.com"}) { client { clientId } } }`, name))
	return answered["createClient"].(map[string]any)["client"].(map[string]any)["clientId"].(string)
}

// fed counts what the feed tells since a cursor, and returns the cursor after it.
func fed(t *testing.T, s *serving, owner, since string) (entries map[string]int, cursor string) {
	t.Helper()
	entries = map[string]int{}
	for more := true; more; {
		argument := ""
		if since != "" {
			argument = fmt.Sprintf(`, since: %q`, since)
		}
		part := s.do(t, owner, `{ clientChanges(first: 1000`+argument+`) { cursor hasMore changes { clientId } } }`)["clientChanges"].(map[string]any)
		for _, change := range part["changes"].([]any) {
			entries[change.(map[string]any)["clientId"].(string)]++
		}
		since, more = part["cursor"].(string), part["hasMore"].(bool)
	}
	return entries, since
}

// A server that is killed amid its writes leaves transactions behind, which keep
// their clients for a minute: no other client's write waits for that, and the feed
// tells of all others' writes.
func TestKilledWriterHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	c := &crash{dir: dataDir(t)}
	c.start(t)
	owner := c.first.owner(t)
	const beside = 3
	var longest time.Duration
	_, cursor := fed(t, c.first, owner, "")
	for kill := range testsize.Of(3, 10, 40) {
		c.start(t)
		var others []*bystander
		for n := range beside {
			others = append(others, &bystander{id: made(t, c.first, owner, fmt.Sprint("Other ", n))})
		}
		var doomed []string
		for n := range beside {
			doomed = append(doomed, made(t, c.first, owner, fmt.Sprint("Doomed ", n)))
		}
		var killed, over atomic.Bool
		var writers, victims sync.WaitGroup
		for _, id := range doomed {
			victims.Go(func() {
				for n := 0; !killed.Load(); n++ {
					// It is killed amid one of them.
					_, _ = c.second.post(t.Context(), owner, "", fmt.Sprintf(`mutation { patchClient(clientId: %q, patch: {city: "city %d"}) { client { clientId } } }`, id, n), nil)
				}
			})
		}
		for _, other := range others {
			writers.Go(func() { other.write(t, c.first, owner, &over) })
		}
		// Each round ends it somewhere else.
		until(t, "the others write", func() bool { return others[0].writes.Load() > int64(5+kill) })
		if err := syscall.Kill(c.second.cmd.Process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		killed.Store(true)
		victims.Wait()
		c.second.wait(t)
		c.second = nil
		at := others[0].writes.Load()
		until(t, "the others go on", func() bool { return others[0].writes.Load() > at+20 })
		over.Store(true)
		writers.Wait()
		var entries map[string]int
		entries, cursor = fed(t, c.first, owner, cursor)
		for _, other := range others {
			longest = max(longest, other.longest)
			if int64(entries[other.id]) != 1+other.writes.Load() {
				t.Errorf("kill %d: the feed tells of %d changes of a client that was written %d times", kill, entries[other.id], 1+other.writes.Load())
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("the longest write beside the killed servers took %v", longest)
}
