package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// A receiver fails, hangs, redirects, answers a hundred megabytes, closes connections,
// and recovers: each change arrives, those of one client in order.
func TestWebhookDeliversEachChangeInTheOrderOfItsClient(t *testing.T) {
	w := newWorld(t)
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	var r *receiver
	r = newReceiver(t, func(n int, m message, answer http.ResponseWriter, request *http.Request) bool {
		// At first all fail, then every other one.
		if n <= 5 {
			n = 1
		}
		switch n % 12 {
		case 1:
			answer.WriteHeader(http.StatusInternalServerError)
		case 3:
			http.Redirect(answer, request, "/elsewhere", http.StatusFound)
		case 5:
			select {
			case <-over:
			case <-request.Context().Done():
			}
		case 7:
			panic(http.ErrAbortHandler)
		case 9:
			// The status accepts the message; the rest is not read.
			r.arrived <- m
			for block := make([]byte, 1<<20); ; {
				if _, err := answer.Write(block); err != nil {
					return false
				}
			}
		default:
			return true
		}
		return false
	})
	w.make(t, r, nil)
	const clients, changes = 4, 8
	var people []client.ID
	for range clients {
		people = append(people, w.person(t))
	}
	for i := range changes {
		for _, id := range people {
			w.patch(t, id, client.Values{"city": fmt.Sprint("City ", i)})
		}
	}
	// The later changes of each client wait for the first one.
	w.deliver(t, quick())
	versions, seen := map[string]int64{}, map[string]bool{}
	for len(seen) < clients*(1+changes) {
		m := r.next(t)
		if seen[m.ID] {
			// It is sent again if the answer was lost.
			continue
		}
		seen[m.ID] = true
		if m.Version != versions[m.Client]+1 {
			t.Fatalf("client %s: version %d after %d", m.Client, m.Version, versions[m.Client])
		}
		if versions[m.Client] = m.Version; m.Version > 1 && !slices.Equal(m.Fields, []string{"city"}) {
			t.Errorf("%s of %v", m.Type, m.Fields)
		}
		if strings.Contains(string(m.body), "City") || strings.Contains(strings.ToLower(string(m.body)), "canary") {
			t.Errorf("the message holds a value: %s", m.body)
		}
	}
}

func TestWebhookThatHangsDelaysNoOther(t *testing.T) {
	w := newWorld(t)
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	var hung atomic.Int64
	slow := newReceiver(t, func(_ int, _ message, _ http.ResponseWriter, request *http.Request) bool {
		hung.Add(1)
		select {
		case <-over:
		case <-request.Context().Done():
		}
		return false
	})
	quickly := newReceiver(t, nil)
	w.make(t, slow, nil)
	w.make(t, quickly, nil)
	w.deliver(t, quick())
	id := w.person(t)
	until(t, "the slow one hangs", func() bool { return hung.Load() > 0 })
	for i := range 20 {
		w.patch(t, id, client.Values{"city": fmt.Sprint(i)})
	}
	for range 21 {
		quickly.next(t)
	}
}

func TestWebhookTakesTheOtherClientsWhileOneIsRefused(t *testing.T) {
	w := newWorld(t)
	var refused atomic.Value
	refused.Store("")
	r := newReceiver(t, func(_ int, m message, answer http.ResponseWriter, _ *http.Request) bool {
		if m.Client == refused.Load() {
			answer.WriteHeader(http.StatusUnprocessableEntity)
			return false
		}
		return true
	})
	made := w.make(t, r, nil)
	bad, good := w.person(t), w.person(t)
	refused.Store(bad.String())
	options := quick()
	// Longer than a success may take on a busy machine: otherwise all would be given up.
	options.GiveUpAfter = 15 * time.Second
	// Retries and other messages need not be as fast as that.
	options.Delay = func(int) time.Duration { return 100 * time.Millisecond }
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	w.deliver(t, options)
	r.next(t)
	for i := 0; ; i++ {
		<-pace.C
		w.patch(t, good, client.Values{"city": fmt.Sprint(i)})
		if m := r.next(t); m.Client != good.String() {
			t.Fatalf("client %s was taken", m.Client)
		}
		// A fast machine makes more deliveries meanwhile than fit in a page of all.
		if given := w.deliveriesIn(t, made.WebhookID, new(store.DeliveryFailed)); len(given) > 0 {
			if d := given[0]; d.ClientID != bad.Number || *d.Status != http.StatusUnprocessableEntity || *d.Failure != "STATUS" {
				t.Errorf("given up: %+v", d)
			}
			break
		}
	}
	if w.webhook(t, made.WebhookID).Enabled != true {
		t.Error("the webhook was disabled, though it takes the others")
	}
}

func TestWebhookThatFailsForLongIsDisabledAndGoesOnOnceEnabled(t *testing.T) {
	w := newWorld(t)
	var works atomic.Bool
	r := newReceiver(t, func(_ int, _ message, answer http.ResponseWriter, _ *http.Request) bool {
		if !works.Load() {
			answer.WriteHeader(http.StatusBadGateway)
		}
		return works.Load()
	})
	made := w.make(t, r, nil)
	id := w.person(t)
	options := quick()
	options.GiveUpAfter = 100 * time.Millisecond
	w.deliver(t, options)
	until(t, "the webhook is disabled", func() bool { return !w.webhook(t, made.WebhookID).Enabled })
	disabled := w.webhook(t, made.WebhookID)
	if disabled.DisabledReason == nil || *disabled.DisabledReason != store.WebhookFailing || disabled.FailingSince == nil || disabled.Version != 2 {
		t.Errorf("disabled: %+v", disabled)
	}
	w.patch(t, id, client.Values{"city": "There"})
	works.Store(true)
	if _, err := w.Service.UpdateWebhook(t.Context(), w.scope, client.ID{Number: made.WebhookID}, client.Values{"enabled": true}, nil); err != nil {
		t.Fatal(err)
	}
	for version := range int64(2) {
		if m := r.next(t); m.Version != version+1 {
			t.Errorf("version %d, want %d", m.Version, version+1)
		}
	}
	if enabled := w.webhook(t, made.WebhookID); !enabled.Enabled || enabled.DisabledReason != nil {
		t.Errorf("enabled: %+v", enabled)
	}
}

func TestWebhookIsDisabledWhenItsReceiverIsGone(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(_ int, _ message, answer http.ResponseWriter, _ *http.Request) bool {
		answer.WriteHeader(http.StatusGone)
		return false
	})
	made := w.make(t, r, nil)
	w.person(t)
	w.deliver(t, quick())
	until(t, "the webhook is disabled", func() bool { return !w.webhook(t, made.WebhookID).Enabled })
	if reason := w.webhook(t, made.WebhookID).DisabledReason; reason == nil || *reason != store.WebhookGone {
		t.Errorf("reason: %v", reason)
	}
}

func TestWebhookIsDeliveredToByOneOfSeveralProcesses(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	w.make(t, r, nil)
	w.deliver(t, quick())
	w.deliver(t, quick())
	id := w.person(t)
	for i := range 20 {
		w.patch(t, id, client.Values{"city": fmt.Sprint(i)})
	}
	for version := range int64(21) {
		if m := r.next(t); m.Version != version+1 {
			t.Fatalf("version %d, want %d: two deliver", m.Version, version+1)
		}
	}
}

func TestWebhookOfAProcessThatDiedIsTakenOver(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	made := w.make(t, r, nil)
	w.person(t)
	now := time.Now()
	claimed, err := w.Store.ClaimWebhooks(t.Context(), "one that died", now, now.Add(300*time.Millisecond))
	if err != nil || !slices.Equal(claimed, []store.WebhookKey{made.Key()}) {
		t.Fatalf("%v, %v", claimed, err)
	}
	w.deliver(t, quick())
	if m := r.next(t); m.Version != 1 || time.Since(now) < 300*time.Millisecond {
		t.Errorf("version %d after %v", m.Version, time.Since(now))
	}
}

func TestWebhookIsGivenBackByAProcessThatStops(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	made := w.make(t, r, nil)
	stop := w.deliver(t, quick())
	w.person(t)
	r.next(t)
	stop()
	now := time.Now()
	claimed, err := w.Store.ClaimWebhooks(t.Context(), "the next", now, now.Add(time.Minute))
	if err != nil || !slices.Equal(claimed, []store.WebhookKey{made.Key()}) {
		t.Errorf("%v, %v", claimed, err)
	}
}

func TestWebhookIsToldOfItsKindsOfChangesAlone(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	w.make(t, r, client.Values{"kinds": []any{"DELETED"}})
	w.deliver(t, quick())
	id := w.person(t)
	w.patch(t, id, client.Values{"city": "There"})
	if _, err := w.Service.Delete(t.Context(), w.scope, id, nil); err != nil {
		t.Fatal(err)
	}
	if m := r.next(t); m.Type != "client.deleted" || m.Client != id.String() {
		t.Errorf("%s of %s", m.Type, m.Client)
	}
}

func TestWebhookMessageIsSentAgainAsItWas(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	made := w.make(t, r, nil)
	w.deliver(t, quick())
	w.person(t)
	first := r.next(t)
	until(t, "the delivery is done", func() bool { return w.deliveries(t, made.WebhookID)[0].State == store.DeliverySucceeded })
	id := w.deliveries(t, made.WebhookID)[0].DeliveryID
	if _, err := w.Service.RedeliverWebhook(t.Context(), w.scope, client.ID{Number: id}); err != nil {
		t.Fatal(err)
	}
	again := r.next(t)
	if again.ID != first.ID || string(again.body) != string(first.body) {
		t.Errorf("first %s %s, again %s %s", first.ID, first.body, again.ID, again.body)
	}
	until(t, "it was tried twice", func() bool { return w.deliveries(t, made.WebhookID)[0].Attempts == 2 })
}

func TestWebhookMessagesAreSignedByBothSecretsAfterARotation(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	made := w.make(t, r, nil)
	before := r.secret
	rotated, err := w.Service.RotateWebhookSecret(t.Context(), w.scope, client.ID{Number: made.WebhookID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.deliver(t, quick())
	w.person(t)
	m := r.next(t)
	for _, secret := range []string{before, rotated.Secret} {
		if err := verify(secret, m); err != nil {
			t.Errorf("a receiver with one of the secrets: %v", err)
		}
	}
	expired := bson.D{{Key: "$set", Value: bson.D{{Key: "previousUntil", Value: time.Now().Add(-time.Second)}}}}
	if _, err := w.Mongo.Collection("webhooks").UpdateOne(t.Context(), bson.D{}, expired); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.secret = rotated.Secret
	r.mu.Unlock()
	w.person(t)
	if m := r.next(t); verify(before, m) == nil || verify(rotated.Secret, m) != nil {
		t.Error("once the time is over, the secret before still signs")
	}
}

func TestWebhookThatMissedChangesIsToldToReadAllAgain(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	w.make(t, r, nil)
	id := w.person(t)
	for i := range 3 {
		w.patch(t, id, client.Values{"city": fmt.Sprint(i)})
	}
	if _, err := w.Store.ChangeHead(t.Context(), w.scope); err != nil {
		t.Fatal(err)
	}
	// The database deletes expired rows.
	if _, err := w.Mongo.Collection("changes").DeleteMany(t.Context(), bson.D{{Key: "sequence", Value: bson.D{{Key: "$lt", Value: 3}}}}); err != nil {
		t.Fatal(err)
	}
	w.deliver(t, quick())
	if m := r.next(t); m.Type != "clients.resync" || m.Client != "" {
		t.Fatalf("first %s of %s", m.Type, m.Client)
	}
	w.patch(t, id, client.Values{"city": "There"})
	if m := r.next(t); m.Version != 5 {
		t.Errorf("then version %d, want 5", m.Version)
	}
}
