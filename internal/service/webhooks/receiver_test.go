package webhooks_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/webhooks"
	"clientgraph/internal/store"
	"clientgraph/internal/webhook/sending"
)

const business = 1

// world is a server whose business has webhooks with receivers in the test.
type world struct {
	*apitest.API
	scope client.Scope
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{API: apitest.New(t), scope: apitest.OwnerScope(business)}
	w.Service.AllowPrivateWebhooks()
	return w
}

// message is a message that a receiver got.
type message struct {
	ID, Type string
	Client   string
	Version  int64
	Fields   []string
	header   http.Header
	body     []byte
}

// receiver stores the messages that it gets, and answers as configured.
type receiver struct {
	*httptest.Server
	// secret checks each message; empty checks none.
	secret string
	// arrived has each message that was answered with 200.
	arrived chan message

	mu sync.Mutex
	// asked counts the messages.
	asked  int
	answer func(n int, m message, w http.ResponseWriter, r *http.Request) (took bool)
}

func newReceiver(t *testing.T, answer func(n int, m message, w http.ResponseWriter, r *http.Request) bool) *receiver {
	t.Helper()
	r := &receiver{arrived: make(chan message, 10_000), answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	var content struct {
		Type string
		Data struct {
			ClientID      string
			Version       int64
			ChangedFields []string
		}
	}
	if err := json.Unmarshal(body, &content); err != nil {
		panic(err)
	}
	m := message{
		ID: request.Header.Get("webhook-id"), Type: content.Type, Client: content.Data.ClientID, Version: content.Data.Version,
		Fields: content.Data.ChangedFields, header: request.Header, body: body,
	}
	r.mu.Lock()
	r.asked++
	n, secret := r.asked, r.secret
	r.mu.Unlock()
	if secret != "" && verify(secret, m) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.answer == nil || r.answer(n, m, w, request) {
		r.arrived <- m
	}
}

// verify checks a message's signature by the convention's own library.
func verify(secret string, m message) error {
	checker, err := standard.NewWebhook(secret)
	if err != nil {
		return err
	}
	return checker.Verify(m.body, m.header)
}

// next waits for the next message that arrives.
func (r *receiver) next(t *testing.T) message {
	t.Helper()
	select {
	case m := <-r.arrived:
		return m
	case <-t.Context().Done():
	case <-time.After(time.Minute):
	}
	t.Fatal("nothing arrives")
	return message{}
}

// make makes a webhook on a receiver.
func (w *world) make(t *testing.T, r *receiver, more client.Values) *store.Webhook {
	t.Helper()
	input := client.Values{"url": r.URL + "/hooks"}
	for name, value := range more {
		input[name] = value
	}
	result, err := w.Service.CreateWebhook(t.Context(), w.scope, input)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.secret = result.Secret
	r.mu.Unlock()
	return result.Webhook
}

// quick returns options with short waits for tests.
func quick() webhooks.Options {
	return webhooks.Options{Term: 5 * time.Second, Renewal: 50 * time.Millisecond, Delay: func(int) time.Duration { return 5 * time.Millisecond }}
}

// deliver runs a runner until the test ends, or stop is called.
func (w *world) deliver(t *testing.T, options webhooks.Options) (stop func()) {
	t.Helper()
	sender := sending.New(sending.Options{Private: true, Timeout: 300 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	runner := w.Service.NewRunner(sender, options)
	running.Go(func() { runner.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
		sender.Close()
	}
	t.Cleanup(stop)
	return stop
}

// person creates a client and returns its id.
func (w *world) person(t *testing.T) client.ID {
	t.Helper()
	result, err := w.Service.Create(t.Context(), w.scope, client.Values{"firstName": "Zq7canary", "lastName": "Zq7canary", "emailAddress": "zq7canary@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return client.ID{Number: result.Client.ClientID}
}

func (w *world) patch(t *testing.T, id client.ID, patch client.Values) {
	t.Helper()
	if _, err := w.Service.Patch(t.Context(), w.scope, id, patch, nil); err != nil {
		t.Fatal(err)
	}
}

func (w *world) webhook(t *testing.T, id int64) *store.Webhook {
	t.Helper()
	found, err := w.Service.Webhook(t.Context(), w.scope, client.ID{Number: id})
	if err != nil || found == nil {
		t.Fatalf("webhook %d: %v, %v", id, found, err)
	}
	return found
}

// until polls until a condition is met.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("it never comes to that %s", what)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (w *world) deliveries(t *testing.T, id int64) []store.WebhookDelivery {
	t.Helper()
	return w.deliveriesIn(t, id, nil)
}

// deliveriesIn returns the latest deliveries in a state.
func (w *world) deliveriesIn(t *testing.T, id int64, state *store.WebhookDeliveryState) []store.WebhookDelivery {
	t.Helper()
	page, err := w.Service.WebhookDeliveries(t.Context(), w.scope, id, webhooks.MaxDeliveries, nil, state)
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}
