// Package apitest runs the whole API for tests: the real schema, service and store over
// HTTP, each on a fresh database, with tokens for any caller and a record of every
// database command. A test fails if its server sends a command that MongoDB forbids: see
// package mongorules.
package apitest

import (
	"bytes"
	"context"
	"crypto/cipher"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/crypto/chacha20poly1305"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/limit"
	"clientgraph/internal/mongorules"
	"clientgraph/internal/mongostore"
	"clientgraph/internal/sample"
	"clientgraph/internal/secret"
	"clientgraph/internal/service"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/telemetry"
	"clientgraph/internal/testdb"
)

// disconnectTimeout bounds the end of a test's connection, which waits without end for an
// engine that has ended.
const disconnectTimeout = 5 * time.Second

// API is a server of its own for one test.
type API struct {
	URL     string
	Service *service.Service
	Store   *mongostore.Store
	// Mongo is a connection of the test's own to the database.
	Mongo *mongo.Database
	// RateClock is the clock by which rate limits refill. It stands still.
	RateClock *Clock
	// Log has the server's log.
	Log *Buffer

	tokens *auth.Development
	db     testdb.DB
	// federation says that the server is a subgraph.
	federation bool
	commands   *commands
	// watched and spans are set if the server's telemetry is on.
	watched *telemetry.Telemetry
	spans   *tracetest.InMemoryExporter
}

// Buffer is a bytes.Buffer for several writers.
type Buffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// New starts a server on a fresh, empty database. It ends with the test.
func New(t testing.TB) *API {
	t.Helper()
	return On(t, testdb.New(t))
}

// At is New for a server whose clock stands at that instant. The database deletes expired
// documents by its own clock: with an instant in the past, it deletes the answers of
// idempotency keys, and whatever else expires, within minutes.
func At(t testing.TB, instant time.Time) *API {
	t.Helper()
	return on(t, testdb.New(t), func() time.Time { return instant }, &API{})
}

// Subgraph is New for a server that is a subgraph of Apollo Federation.
func Subgraph(t testing.TB) *API {
	t.Helper()
	return on(t, testdb.New(t), time.Now, &API{federation: true})
}

// On starts a server on a database that other servers may use too.
func On(t testing.TB, db testdb.DB) *API {
	t.Helper()
	return on(t, db, time.Now, &API{})
}

// Later starts another server on the same database, whose clock stands at that instant.
func Later(t testing.TB, api *API, instant time.Time) *API {
	t.Helper()
	return on(t, api.db, func() time.Time { return instant }, &API{})
}

func on(t testing.TB, db testdb.DB, now func() time.Time, api *API) *API {
	t.Helper()
	api.RateClock, api.commands = NewClock(), &commands{}
	if api.Log == nil {
		api.Log = &Buffer{}
	}
	api.Mongo = connect(t, db.URI, nil).Database(db.Name)
	api.Store = mongostore.New(connect(t, db.URI, mongorules.Watch(t, db.Name, api.monitor())), db.Name)
	if err := api.Store.EnsureIndexes(t.Context()); err != nil {
		t.Fatalf("make indexes: %v", err)
	}
	key := bytes.Repeat([]byte{7}, 32)
	var err error
	if api.tokens, err = auth.NewDevelopment(key, nil); err != nil {
		t.Fatalf("make tokens: %v", err)
	}
	if db.Dir == "" {
		db.Dir = t.TempDir()
	}
	api.db = db
	keyset, err := secret.DevelopmentKeyset(db.Dir)
	if err != nil {
		t.Fatalf("make a keyset: %v", err)
	}
	cipher, err := secret.OpenCipher(keyset)
	if err != nil {
		t.Fatalf("open the keyset: %v", err)
	}
	api.Service = service.New(api.Store, service.Secrets{
		Hasher: hasher{}, Cipher: cipher, MAC: secret.NewMAC(cipher, api.Store), Cursors: secret.NewCursors(cipher, api.Store),
	}, limit.NewRate(limit.Lookups(), api.RateClock.Now), now)
	api.URL = api.serve(t, false)
	return api
}

func connect(t testing.TB, uri string, monitor *event.CommandMonitor) *mongo.Client {
	t.Helper()
	connection, err := mongo.Connect(options.Client().ApplyURI(uri).SetMonitor(monitor))
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), disconnectTimeout)
		defer cancel()
		if err := connection.Disconnect(ctx); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return connection
}

// LoadReference stores the reference's business and its eight clients.
func (a *API) LoadReference(t testing.TB) {
	t.Helper()
	data, err := sample.Reference()
	if err != nil {
		t.Fatalf("read the reference's clients: %v", err)
	}
	a.Load(t, data)
}

// Load stores a dataset unchanged.
func (a *API) Load(t testing.TB, data importing.Dataset) {
	t.Helper()
	ctx := t.Context()
	if err := a.Store.PutBusiness(ctx, data.Business); err != nil {
		t.Fatalf("store the business: %v", err)
	}
	if err := a.Store.PutDefinitions(ctx, data.Definitions); err != nil {
		t.Fatalf("store the definitions: %v", err)
	}
	if err := a.Service.Import(ctx, OwnerScope(data.Business.BusinessID), data.Clients, func(int) {}); err != nil {
		t.Fatalf("store the clients: %v", err)
	}
}

// OwnerScope returns an owner's scope, for tests that call the service.
func OwnerScope(businessID int64) client.Scope {
	return client.Scope{
		BusinessID:  businessID,
		User:        "owner",
		Role:        client.RoleOwner,
		Permissions: client.AllPermissions,
		Rows:        client.Rows{All: true},
	}
}

// Owner returns an owner of that business.
func Owner(businessID int64) client.Identity {
	return client.Identity{BusinessID: businessID, User: "owner", Role: client.RoleOwner, Permissions: client.AllPermissions}
}

// Token returns a token of that caller.
func (a *API) Token(t testing.TB, who client.Identity) string {
	t.Helper()
	token, err := a.tokens.Token(who, time.Hour)
	if err != nil {
		t.Fatalf("make a token: %v", err)
	}
	return token
}

// Response is an answer of the server.
type Response struct {
	Status int
	Header http.Header
	// Body is the answer's body.
	Body []byte
	Data map[string]any
	// Errors are the answer's errors.
	Errors []ResponseError
}

// ResponseError is one of an answer's errors.
type ResponseError struct {
	Message    string
	Path       []any
	Locations  []Location
	Extensions map[string]any
}

// Location is a place in an operation's document; lines and columns begin at 1.
type Location struct{ Line, Column int }

// Code is the error's code.
func (e ResponseError) Code() string {
	code, _ := e.Extensions["code"].(string)
	return code
}

// Do sends an operation as that caller.
func (a *API) Do(t testing.TB, who client.Identity, query string, variables map[string]any) Response {
	t.Helper()
	return a.DoNamed(t, who, query, "", variables)
}

// DoNamed is Do for one of several operations of a document; an empty name is for a
// document with one.
func (a *API) DoNamed(t testing.TB, who client.Identity, document, name string, variables map[string]any) Response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "operationName": name, "variables": variables})
	if err != nil {
		t.Fatalf("write the request: %v", err)
	}
	return a.Post(t, "Bearer "+a.Token(t, who), body)
}

// Post sends a body with that Authorization header.
func (a *API) Post(t testing.TB, authorization string, body []byte) Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatalf("make the request: %v", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatalf("send the request: %v", err)
	}
	defer answer.Body.Close()
	response := Response{Status: answer.StatusCode, Header: answer.Header}
	if response.Body, err = io.ReadAll(answer.Body); err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	if err := json.Unmarshal(response.Body, &response); err != nil {
		t.Fatalf("the answer is no JSON: %v: %s", err, response.Body)
	}
	return response
}

// MustDo is Do for an operation that must have no errors.
func (a *API) MustDo(t testing.TB, who client.Identity, query string, variables map[string]any) map[string]any {
	t.Helper()
	response := a.Do(t, who, query, variables)
	if len(response.Errors) > 0 {
		t.Fatalf("%s\nanswered %s", query, response.Body)
	}
	return response.Data
}

// Commands runs do, and returns the names of the database commands that it sent, except
// those that keep a connection alive or number the change feed after a write.
func (a *API) Commands(do func()) []string {
	a.commands.reset()
	do()
	return a.commands.names()
}

// Traffic is Commands with the collection of each. It omits commands that take a block of
// ids from a counter, because any operation may have to, and commands that number rows of
// the change feed, because the writer or any reader may send them.
func (a *API) Traffic(do func()) []string {
	a.commands.reset()
	do()
	return a.commands.traffic()
}

// Cursors encrypts the feed's cursors with a constant key, for services without a cipher.
type Cursors struct{}

// AEAD implements reading.Sealer.
func (Cursors) AEAD(context.Context) (cipher.AEAD, error) {
	return chacha20poly1305.NewX(make([]byte, chacha20poly1305.KeySize))
}
