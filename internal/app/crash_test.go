//go:build unix

package app_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"clientgraph/internal/devdb"
	"clientgraph/internal/testsize"
)

const (
	crashWriters = 8
	// crashFounders are the clients that all writers point edges at, so that
	// their transactions meet.
	crashFounders = 4
)

// ack is a write that the server has answered for.
type ack struct {
	requestID string
	operation string
	clientID  int64
	version   int64
}

// crash is what the writers of all rounds share: what they were promised.
type crash struct {
	business string
	founders []int64

	mu    sync.Mutex
	acked []ack
	count atomic.Int64
}

// A kill in the middle of eight writers loses no acknowledged write, and leaves
// of the others all or nothing: the client, its history, its feed row, and both
// ends of its edges. Rounds kill the engine and the server in turn.
func TestKillLosesNoAcknowledgedWriteAndLeavesNoHalfOne(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	c := &crash{business: "7"}
	rounds := testsize.Of(3, 20, 200)
	for round := range rounds {
		s := serve(t, dir)
		token := s.token(t, "--role", "OWNER", "--business", c.business)
		if round == 0 {
			c.found(t, s, token)
		}
		before := c.count.Load()
		// Somewhere else each round.
		after := before + 20 + rand.Int64N(100)
		killed := s.cmd.Process.Pid
		if round%2 == 0 {
			killed = s.lock.EnginePID
		}
		var once sync.Once
		kill := func() {
			once.Do(func() {
				if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			})
		}
		var writers sync.WaitGroup
		for writer := range crashWriters {
			writers.Go(func() {
				w := &crashWriter{crash: c, server: s, token: token, name: fmt.Sprintf("r%d-w%d", round, writer)}
				// It writes until it is answered no more.
				for w.write(t) {
					if c.count.Load() >= after {
						kill()
					}
				}
			})
		}
		writers.Wait()
		kill() // Whatever made the writers give up.
		s.wait(t)
		until(t, "the engine is gone", func() bool { return !devdb.Alive(s.lock.EnginePID) })
		if t.Failed() {
			return
		}
		if c.count.Load() < after {
			t.Fatalf("round %d: the writers gave up before the kill: %s", round, s.stderr)
		}
	}
	s := serve(t, dir)
	state := loadState(t, s.database(t), 7)
	c.check(t, state)
	state.check(t)
	t.Logf("%d rounds, %d writes acknowledged, %d in the database", rounds, len(c.acked), len(state.history))
	// The counters go on from where they were.
	token := s.token(t, "--role", "OWNER", "--business", c.business)
	if w := (&crashWriter{crash: c, server: s, token: token, name: "last"}); !w.create(t) {
		t.Error("nothing can be written afterwards")
	}
}

func (c *crash) found(t *testing.T, s *serving, token string) {
	t.Helper()
	w := &crashWriter{crash: c, server: s, token: token, name: "founder"}
	for range crashFounders {
		if !w.create(t) {
			t.Fatalf("no client to begin with: %s", s.stderr)
		}
	}
	c.founders = w.own
}

func (c *crash) acknowledge(a ack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked = append(c.acked, a)
	c.count.Add(1)
}

// crashWriter writes as fast as it is answered.
type crashWriter struct {
	*crash
	server *serving
	token  string
	name   string
	writes int
	// own are the live clients that it made.
	own []int64
}

// write does one thing after the other, and says whether it was answered.
func (w *crashWriter) write(t *testing.T) bool {
	if len(w.own) < 2 {
		return w.create(t)
	}
	last := w.own[len(w.own)-1]
	switch w.writes % 5 {
	case 0, 2:
		return w.create(t)
	case 3:
		return w.mutate(t, "patchClient", last, `, patch: {companyName: $name}`, nil)
	case 4:
		if len(w.own) > 3 {
			w.own = w.own[:len(w.own)-1]
			return w.mutate(t, "deleteClient", last, "", nil)
		}
		fallthrough
	default:
		subjects := []string{strconv.FormatInt(w.own[0], 10)}
		if rand.IntN(4) == 0 {
			subjects = append(subjects, strconv.FormatInt(w.founders[rand.IntN(len(w.founders))], 10))
		}
		return w.mutate(t, "patchClient", last, `, patch: {companyName: $name, clientIdsClientCanView: $subjects}`, subjects)
	}
}

func (w *crashWriter) create(t *testing.T) bool {
	subjects := []string{}
	if len(w.own) > 0 {
		// An edge makes it a write of two clients.
		subjects = append(subjects, strconv.FormatInt(w.own[0], 10))
	}
	id, ok := w.send(t, "createClient", `mutation ($name: String!, $subjects: [ID!]) {
		createClient(input: {firstName: $name, lastName: "Crash", emailAddress: "crash@email.com", clientIdsClientCanView: $subjects}) {
			client { clientId version } userErrors { code message }
		}
	}`, subjects)
	if ok {
		w.own = append(w.own, id)
	}
	return ok
}

func (w *crashWriter) mutate(t *testing.T, mutation string, id int64, patch string, subjects []string) bool {
	variables := ""
	if patch != "" {
		variables = "($name: String!)"
	}
	if subjects != nil {
		variables = "($name: String!, $subjects: [ID!])"
	}
	_, ok := w.send(t, mutation, fmt.Sprintf(`mutation %s {
		%s(clientId: "%d"%s) { client { clientId version } userErrors { code message } }
	}`, variables, mutation, id, patch), subjects)
	return ok
}

// send sends a mutation, and remembers it when it was acknowledged. A refusal
// fails the test: the writers do nothing wrong.
func (w *crashWriter) send(t *testing.T, mutation, query string, subjects []string) (int64, bool) {
	w.writes++
	requestID := w.name + "-" + strconv.Itoa(w.writes)
	a, err := w.server.post(t.Context(), w.token, requestID, query, map[string]any{"name": requestID, "subjects": subjects})
	if err != nil || len(a.Errors) > 0 {
		return 0, false
	}
	payload := a.Data[mutation].(map[string]any)
	if refused := payload["userErrors"].([]any); len(refused) > 0 {
		t.Errorf("%s: %v", query, refused)
		return 0, false
	}
	client := payload["client"].(map[string]any)
	id, err := strconv.ParseInt(client["clientId"].(string), 10, 64)
	if err != nil {
		t.Error(err)
		return 0, false
	}
	w.acknowledge(ack{requestID, mutation, id, int64(client["version"].(float64))})
	return id, true
}
