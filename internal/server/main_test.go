package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/apitest"
	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/mongorules"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/mongostore/transact"
	"clientgraph/internal/secret"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
	"clientgraph/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }

const business = 7

// sendBuffer is how many bytes of an answer the system keeps for who does not read. By
// itself it keeps megabytes: a test would have to ask for hundreds of answers until one
// waits in the server.
const sendBuffer = 64 << 10

// site is a server whose parts a test can take away.
type site struct {
	url    string
	log    *apitest.Buffer
	mongo  *mongo.Database
	store  *mongostore.Store
	tokens *auth.Development
	// watched counts the change streams that were opened.
	watched atomic.Int64
	// cursors are those that are open at the database.
	cursors cursors
	reads   clientReads
	// stop ends the server and then its connection to the database; calling it
	// again does nothing.
	stop func()
	// lose ends the connection to the database.
	lose func()
}

// newSite starts a server on a fresh database, with options changed by change.
func newSite(t *testing.T, change func(*server.Options)) *site {
	t.Helper()
	return newSiteOn(t, testdb.New(t), change)
}

func newSiteOn(t *testing.T, db testdb.DB, change func(*server.Options)) *site {
	t.Helper()
	s := &site{log: &apitest.Buffer{}, cursors: cursors{open: map[int64]string{}, asked: map[int64]int64{}}, reads: clientReads{open: map[int64]bool{}}}
	connection, err := mongo.Connect(options.Client().ApplyURI(db.URI).SetMonitor(mongorules.Watch(t, db.Name, &event.CommandMonitor{
		Started:   s.started,
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) { s.ended(e.CommandFinishedEvent, e) },
		Failed:    func(_ context.Context, e *event.CommandFailedEvent) { s.ended(e.CommandFinishedEvent, nil) },
	})))
	if err != nil {
		t.Fatal(err)
	}
	s.store = mongostore.New(connection, db.Name)
	own, err := mongo.Connect(options.Client().ApplyURI(db.URI))
	if err != nil {
		t.Fatal(err)
	}
	s.mongo = own.Database(db.Name)
	if err := s.store.EnsureIndexes(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.tokens, err = auth.NewDevelopment(bytes.Repeat([]byte{7}, 32), nil); err != nil {
		t.Fatal(err)
	}
	o := server.Options{
		Service:     service.New(s.store, service.Secrets{Hasher: secret.NewHasher(1), Cursors: apitest.Cursors{}}, nil, time.Now),
		Verifier:    s.tokens,
		Ready:       s.store.Ready,
		Unavailable: transact.Unavailable,
		Logger:      slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	served := httptest.NewUnstartedServer(server.New(o))
	served.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if err := conn.(*net.TCPConn).SetWriteBuffer(sendBuffer); err != nil {
			t.Error(err)
		}
		return ctx
	}
	served.Start()
	s.url = served.URL
	s.lose = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		// The second time it says that it is disconnected.
		_ = connection.Disconnect(ctx)
	}
	s.stop = func() {
		served.Close()
		s.lose()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = own.Disconnect(ctx)
	}
	t.Cleanup(s.stop)
	return s
}

// started sees every database command.
func (s *site) started(_ context.Context, e *event.CommandStartedEvent) {
	s.cursors.started(e)
	s.reads.started(e)
	if _, err := e.Command.LookupErr("pipeline", "0", "$changeStream"); err == nil {
		s.watched.Add(1)
	}
}

func (s *site) ended(e event.CommandFinishedEvent, answered *event.CommandSucceededEvent) {
	s.cursors.ended(e, answered)
	s.reads.ended(e.RequestID)
}

func (s *site) token(t *testing.T, who client.Identity) string {
	t.Helper()
	token, err := s.tokens.Token(who, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s *site) owner(t *testing.T) string { return s.token(t, apitest.Owner(business)) }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	Data   map[string]any
	Errors []apitest.ResponseError
}

// send sends a request; headers are names and values in turn.
func (s *site) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if strings.Contains(a.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &a); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return a
}

// do sends an operation with that token.
func (s *site) do(t *testing.T, token, query string, headers ...string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	headers = append([]string{"Content-Type", "application/json", "Authorization", "Bearer " + token}, headers...)
	return s.send(t, http.MethodPost, "/graphql", string(body), headers...)
}

// logged returns the log lines with that message.
func (s *site) logged(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for text := range strings.Lines(s.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if line["msg"] == message {
			found = append(found, line)
		}
	}
	return found
}
