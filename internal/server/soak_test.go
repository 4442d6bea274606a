package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.uber.org/goleak"

	"clientgraph/internal/server"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

// cursors are those that are open at the database, as its answers tell.
type cursors struct {
	mu   sync.Mutex
	open map[int64]string
	// asked are the cursors of requests for more, by the request.
	asked map[int64]int64
}

func (c *cursors) started(e *event.CommandStartedEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := e.Command.Lookup("getMore").AsInt64OK(); ok {
		c.asked[e.RequestID] = id
	}
	if killed, ok := e.Command.Lookup("cursors").ArrayOK(); ok {
		values, _ := killed.Values()
		for _, value := range values {
			delete(c.open, value.AsInt64())
		}
	}
}

func (c *cursors) ended(e event.CommandFinishedEvent, answered *event.CommandSucceededEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.asked[e.RequestID]; ok {
		delete(c.asked, e.RequestID)
		delete(c.open, id)
	}
	if answered == nil {
		return
	}
	if id, ok := answered.Reply.Lookup("cursor", "id").AsInt64OK(); ok && id != 0 {
		c.open[id] = e.CommandName + " " + answered.Reply.Lookup("cursor", "ns").String()
	}
}

func (c *cursors) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// held is what a server has at some moment.
type held struct {
	goroutines, cursors, sessions int
	heap                          uint64
}

func (h held) String() string {
	return fmt.Sprintf("%d goroutines, %.1f MiB of heap, %d cursors, %d sessions", h.goroutines, float64(h.heap)/(1<<20), h.cursors, h.sessions)
}

// moreHeap is how much the heap may have grown: what is kept on purpose, up to a
// bound of its own, is not all there at first.
const moreHeap = 16 << 20

// Whatever callers do, and however they break off, the server has in the end
// what it had before.
func TestSoakOfMixedLoadLeavesNothingBehind(t *testing.T) {
	engine := testdb.Engine(t, t.TempDir())
	const listener = "go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology.(*contextDoneListener).Listen"
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreTopFunction(listener))
	s := newSiteOn(t, testdb.DB{URI: engine.URI, Name: "soak"}, func(o *server.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil))
		// All of the load is one caller's: on a slow machine it waits, and is not refused.
		o.Limits = server.Limits{Running: 8, Waiting: 256, WaitTime: time.Minute}
	})
	defer http.DefaultClient.CloseIdleConnections()
	defer s.stop()
	load := newLoad(t, s)
	long := time.Duration(testsize.Of(1, 30, 600)) * time.Second
	load.run(t, long/10)
	before := load.settle(t, held{goroutines: 1 << 20})
	load.run(t, long)
	after := load.settle(t, before)
	t.Logf("%v of load: %s", long, load)
	t.Logf("before it: %v", before)
	t.Logf("after it:  %v", after)
	if load.wrong.Load() > 0 {
		t.Errorf("%d operations were answered wrongly, such as %v", load.wrong.Load(), load.example.Load())
	}
	if after.cursors != 0 || after.sessions != 0 {
		t.Errorf("%d cursors and %d sessions are open", after.cursors, after.sessions)
	}
	if after.heap > before.heap+moreHeap {
		t.Errorf("the heap grew by %d bytes", after.heap-before.heap)
	}
}

// load is what callers do to a server.
type load struct {
	site    *site
	token   string
	clients []string
	// queries, mutations, sockets and streams count what was done, broken what the
	// caller broke off in the middle, events what subscriptions told.
	queries, mutations, sockets, streams, broken, events, wrong atomic.Int64
	example                                                     atomic.Value
}

func newLoad(t *testing.T, s *site) *load {
	t.Helper()
	l := &load{site: s, token: s.owner(t)}
	for i := range 8 {
		l.clients = append(l.clients, s.create(t, l.token, fmt.Sprintf("Client %d", i)))
	}
	return l
}

func (l *load) String() string {
	return fmt.Sprintf("%d queries, %d mutations, %d sockets and %d event streams with %d events; %d were broken off",
		l.queries.Load(), l.mutations.Load(), l.sockets.Load(), l.streams.Load(), l.events.Load(), l.broken.Load())
}

// run puts the load on for a time.
func (l *load) run(t *testing.T, long time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	var all sync.WaitGroup
	for _, work := range []func(context.Context) error{l.query, l.query, l.mutate, l.socket, l.socket, l.stream, l.stream} {
		all.Go(func() {
			for ctx.Err() == nil {
				// Every third breaks off after a moment, and all do at the end.
				moment := patience
				if rand.IntN(3) == 0 {
					moment = time.Duration(rand.IntN(20_000)) * time.Microsecond
				}
				one, end := context.WithTimeout(ctx, moment)
				err := work(one)
				switch {
				case one.Err() != nil && (moment < patience || ctx.Err() != nil):
					l.broken.Add(1)
				case err != nil:
					l.wrong.Add(1)
					l.example.Store(err.Error())
				}
				end()
			}
		})
	}
	all.Wait()
}

func (l *load) any() string { return l.clients[rand.IntN(len(l.clients))] }

func (l *load) query(ctx context.Context) error {
	l.queries.Add(1)
	return l.do(ctx, fmt.Sprintf("{ clients { fullName viewClients { fullName } } clientCount client(clientId: %q) { history { nodes { version } } } }", l.any()))
}

// mutate changes a name to one of a few: documents are kept parsed, up to a bound
// that ever new ones would take all the time to reach.
func (l *load) mutate(ctx context.Context) error {
	l.mutations.Add(1)
	return l.do(ctx, fmt.Sprintf("mutation { patchClient(clientId: %q, patch: {firstName: \"Jane %d\"}) { client { version } userErrors { code } } }", l.any(), rand.IntN(50)))
}

// post sends an operation.
func (l *load) post(ctx context.Context, query, accept string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.site.url+"/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+l.token)
	r.Header.Set("Accept", accept)
	return http.DefaultClient.Do(r)
}

func (l *load) do(ctx context.Context, query string) error {
	answer, err := l.post(ctx, query, "application/json")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || strings.Contains(string(text), `"errors"`)) {
		return fmt.Errorf("status %d: %.300s", answer.StatusCode, text)
	}
	return err
}

// stream reads a few events of a subscription, and goes.
func (l *load) stream(ctx context.Context) error {
	l.streams.Add(1)
	answer, err := l.post(ctx, fmt.Sprintf(watching, ""), "text/event-stream")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("an event stream answers %d", answer.StatusCode)
	}
	part := make([]byte, 4<<10)
	for range 3 {
		if _, err := answer.Body.Read(part); err != nil {
			return err
		}
		l.events.Add(1)
	}
	return nil
}

// socket subscribes and asks, reads a few messages, and goes, with or without
// saying so.
func (l *load) socket(ctx context.Context) error {
	l.sockets.Add(1)
	connection, _, err := websocket.Dial(ctx, l.site.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{server.SocketProtocol}})
	if err != nil {
		return err
	}
	defer connection.CloseNow()
	for _, message := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + l.token + `"}}`,
		subscribe("1", fmt.Sprintf(watching, "")), subscribe("2", "{ clients { fullName } }"), subscribe("3", fmt.Sprintf(listening, "(first: 5)")),
	} {
		if err := connection.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return err
		}
	}
	for range 5 {
		if _, _, err := connection.Read(ctx); err != nil {
			return err
		}
		l.events.Add(1)
	}
	if rand.IntN(2) == 0 {
		return connection.Close(websocket.StatusNormalClosure, "")
	}
	return nil
}

// settle waits until the server has no more than it had before, and returns
// what it has.
func (l *load) settle(t *testing.T, before held) held {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	now := held{}
	// The look of a moment may be of one in between.
	same := 0
	defer func() {
		if t.Failed() {
			t.Logf("it has %v %v", now, l.site.cursors.open)
		}
	}()
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	eventually(t, "the server has what it had", func() bool {
		<-looks.C
		last := now.goroutines
		now = held{goroutines: runtime.NumGoroutine(), cursors: l.site.cursors.count(), sessions: l.site.mongo.Client().NumberSessionsInProgress()}
		if same++; now.goroutines != last {
			same = 0
		}
		return same > 10 && now.goroutines <= before.goroutines && now.cursors == 0 && now.sessions == 0
	})
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	now.heap = memory.HeapAlloc
	return now
}
