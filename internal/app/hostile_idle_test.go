//go:build hostile && linux

package app_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"clientgraph/internal/testsize"
)

const (
	// idleOfSocket is how many subscriptions a socket has, one half of each kind.
	idleOfSocket = 100
	// idleMemory is what a server may have in memory with ten thousand of them.
	idleMemory = 300 << 20
	// idleLimit is what the server is told that it may have: beside the program itself.
	idleLimit = "256MiB"
	idleList  = `subscription { event: clientListChanged(first: 20, orderBy: {field: MODIFIED_DATE, direction: DESC}) { cursor kind clientId index client { clientId fullName } clients { clientId fullName } } }`
	idleFeed  = `subscription { event: clientChanged { cursor kind clientId client { clientId fullName city } } }`
)

// idler is a socket whose subscriptions wait for what comes.
type idler struct {
	conn *websocket.Conn
	// listed counts the lists that have begun, told the subscriptions that were told of
	// the write.
	listed, told *atomic.Int64
	mu           sync.Mutex
	heard        map[string]bool
}

// idle opens a socket with its subscriptions.
func idle(t *testing.T, s *serving, token string, listed, told *atomic.Int64) *idler {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), s.base+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		response.Body.Close()
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(longestOfFeed)
	i := &idler{conn: conn, listed: listed, told: told, heard: map[string]bool{}}
	i.write(t, `{"type":"connection_init","payload":{"Authorization":"Bearer `+token+`"}}`)
	if _, _, err := conn.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	go i.read(t)
	for n := range idleOfSocket {
		i.subscribe(t, fmt.Sprint(n))
	}
	return i
}

func (i *idler) write(t *testing.T, text string) {
	_ = i.conn.Write(t.Context(), websocket.MessageText, []byte(text))
}

// subscribe begins a list by an even number, the feed by another one.
func (i *idler) subscribe(t *testing.T, id string) {
	query := idleFeed
	if (id[len(id)-1]-'0')%2 == 0 {
		query = idleList
	}
	i.write(t, fmt.Sprintf(`{"id":%q,"type":"subscribe","payload":{"query":%s}}`, id, quoted(query)))
}

func (i *idler) read(t *testing.T) {
	for {
		_, text, err := i.conn.Read(t.Context())
		if err != nil {
			return
		}
		var m struct {
			ID, Type string
			Payload  json.RawMessage
		}
		var payload struct {
			Data struct{ Event struct{ Kind string } }
		}
		if json.Unmarshal(text, &m) != nil {
			return
		}
		_ = json.Unmarshal(m.Payload, &payload)
		switch {
		case m.Type == "ping":
			i.write(t, `{"type":"pong"}`)
		case m.Type == "error":
			// The server is busy with the others.
			i.subscribe(t, m.ID)
		case m.Type == "next" && payload.Data.Event.Kind == "RESYNC":
			i.listed.Add(1)
		case m.Type == "next":
			i.mu.Lock()
			if !i.heard[m.ID] {
				i.heard[m.ID] = true
				i.told.Add(1)
			}
			i.mu.Unlock()
		}
	}
}

// Subscriptions that wait fit into little memory, and all are told: a thousand, and ten
// thousand in the long form.
func TestHostileIdleSubscriptionsFitIntoLittleMemory(t *testing.T) {
	t.Parallel()
	sockets := testsize.Of(10, 10, 100)
	ours := newIssuer(t)
	dir := dataDir(t)
	cmd := command(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--sample", "--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "clientgraph",
		"--ssn-keyset-file", keysetFile(t), "--points-per-minute", "0", "--max-waiting", "4096", "--wait-time", "20s")
	// Where nobody says how much there is, garbage is left until it is four times what is used.
	cmd.Env = append(cmd.Env, "GOMEMLIMIT="+idleLimit)
	s := serveCommand(t, dir, cmd)
	m, good := meter{s.cmd.Process.Pid}, ours.ownerCalled(t, "good")
	s.do(t, good, "{ clientCount }")
	m.untilIdle(t)
	before, _ := m.memory(t)
	m.forget(t)
	began, cpu := time.Now(), m.cpu(t)
	var listed, told atomic.Int64
	for n := range sockets {
		idle(t, s, ours.ownerCalled(t, fmt.Sprint("idle ", n)), &listed, &told)
		until(t, "a socket's lists have begun", func() bool { return listed.Load() >= int64((n+1)*idleOfSocket/2) })
	}
	m.untilIdle(t)
	now, peak := m.memory(t)
	t.Logf("%d idle subscriptions on %d sockets: the server has %s in memory, %s before them, and %s at most while they began; %v of CPU in %v",
		sockets*idleOfSocket, sockets, mebibytes(now), mebibytes(before), mebibytes(peak), m.cpu(t)-cpu, time.Since(began).Round(time.Millisecond))
	if now > idleMemory {
		t.Errorf("they take more than %s", mebibytes(idleMemory))
	}
	m.forget(t)
	began, cpu = time.Now(), m.cpu(t)
	s.do(t, good, `mutation { patchClient(clientId: 5143212, patch: {city: "Elsewhere"}) { userErrors { code } } }`)
	until(t, "all subscriptions are told of a write", func() bool { return told.Load() == int64(sockets*idleOfSocket) })
	_, peak = m.memory(t)
	t.Logf("one write is told to all of them in %v, for %v of CPU; the server has %s in memory at most", time.Since(began).Round(time.Millisecond), m.cpu(t)-cpu, mebibytes(peak))
	if peak > idleMemory {
		t.Errorf("they take more than %s when they are told", mebibytes(idleMemory))
	}
}
