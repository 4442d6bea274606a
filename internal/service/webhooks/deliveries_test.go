package webhooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/personaldata"
	"clientgraph/internal/store"
)

// The deliveries about an erased client are deleted, except that of its erasure; none has
// a value of a client.
func TestErasureDeletesTheDeliveriesAboutTheClient(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	made := w.make(t, r, nil)
	w.deliver(t, quick())
	id, other := w.person(t), w.person(t)
	w.patch(t, id, client.Values{"city": "Zq7canary"})
	for range 3 {
		r.next(t)
	}
	stored := func() string {
		cursor, err := w.Mongo.Collection("webhookDeliveries").Find(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		var documents []bson.Raw
		if err := cursor.All(t.Context(), &documents); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(documents)
	}
	if strings.Contains(strings.ToLower(stored()), "zq7canary") {
		t.Error("a delivery holds a value")
	}
	if _, err := w.Service.Erase(t.Context(), w.scope, personaldata.EraseArgs{ID: id, Confirm: id, ExpectedVersion: 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.ResumeErasures(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := r.next(t); m.Type != "client.erased" || m.Client != id.String() {
		t.Errorf("%s of %s", m.Type, m.Client)
	}
	var left []string
	for _, d := range w.deliveries(t, made.WebhookID) {
		left = append(left, fmt.Sprint(d.Kind, " ", d.ClientID))
	}
	if want := []string{fmt.Sprint("ERASED ", id.Number), fmt.Sprint("UPSERTED ", other.Number)}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
	// A process that read the feed before the erasure stores its deliveries afterwards.
	late := store.WebhookDelivery{Place: 1_000_000, MessageID: "msg_late", Kind: history.KindUpserted, ClientID: id.Number, ChangedDate: time.Now(), State: store.DeliveryPending}
	if err := w.Store.QueueDeliveries(t.Context(), made.Key(), []store.WebhookDelivery{late}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(stored(), "msg_late") {
		t.Error("a delivery about an erased client was stored")
	}
}

func TestWebhookKeepsItsLastDeliveriesAlone(t *testing.T) {
	w := newWorld(t)
	made := w.make(t, newReceiver(t, nil), nil)
	var deliveries []store.WebhookDelivery
	for i := range int64(30) {
		state := []store.WebhookDeliveryState{store.DeliverySucceeded, store.DeliveryFailed, store.DeliveryPending}[i%3]
		deliveries = append(deliveries, store.WebhookDelivery{Place: 2 * (i + 1), MessageID: fmt.Sprint(i), Kind: history.KindUpserted, ClientID: 7, ChangedDate: time.Now(), State: state})
	}
	if err := w.Store.QueueDeliveries(t.Context(), made.Key(), deliveries); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.TrimDeliveries(t.Context(), made.Key(), 4); err != nil {
		t.Fatal(err)
	}
	left := map[store.WebhookDeliveryState][]string{}
	for _, d := range w.deliveries(t, made.WebhookID) {
		left[d.State] = append(left[d.State], d.MessageID)
	}
	if fmt.Sprint(left[store.DeliverySucceeded], left[store.DeliveryFailed], len(left[store.DeliveryPending])) != "[27 24 21 18] [28 25 22 19] 10" {
		t.Errorf("left are %v", left)
	}
}

// A process may die after it stored deliveries, and before it recorded that.
func TestWebhookDeliveryIsStoredOnce(t *testing.T) {
	w := newWorld(t)
	made := w.make(t, newReceiver(t, nil), nil)
	delivery := func(place int64, message string) store.WebhookDelivery {
		return store.WebhookDelivery{Place: place, MessageID: message, Kind: history.KindUpserted, ClientID: 7, ChangedDate: time.Now(), State: store.DeliveryPending}
	}
	for _, list := range [][]store.WebhookDelivery{{delivery(2, "a"), delivery(6, "b")}, {delivery(2, "c"), delivery(4, "d"), delivery(6, "e")}} {
		if err := w.Store.QueueDeliveries(t.Context(), made.Key(), list); err != nil {
			t.Fatal(err)
		}
	}
	var messages []string
	for _, d := range w.deliveries(t, made.WebhookID) {
		messages = append(messages, d.MessageID)
	}
	if !slices.Equal(messages, []string{"b", "d", "a"}) {
		t.Errorf("stored are %v", messages)
	}
}

func TestWebhookAttemptsAreToldByTheirOutcome(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(n int, _ message, answer http.ResponseWriter, _ *http.Request) bool {
		if n == 1 {
			answer.WriteHeader(http.StatusInternalServerError)
		}
		return n > 1
	})
	w.make(t, r, nil)
	told := make(chan string, 10)
	options := quick()
	options.Attempted = func(outcome string, lag time.Duration) {
		if lag < 0 {
			t.Errorf("lag %v", lag)
		}
		told <- outcome
	}
	w.deliver(t, options)
	w.person(t)
	r.next(t)
	if first, second := <-told, <-told; first != "STATUS" || second != "DELIVERED" {
		t.Errorf("told: %s, then %s", first, second)
	}
}

// If a webhook is disabled, or no server delivers, the purge deletes them itself.
func TestErasureDeletesDeliveriesWhileNobodyDelivers(t *testing.T) {
	w := newWorld(t)
	made := w.make(t, newReceiver(t, nil), nil)
	id := w.person(t)
	delivery := store.WebhookDelivery{Place: 2, MessageID: "msg_1", Kind: history.KindUpserted, ClientID: id.Number, ChangedDate: time.Now(), State: store.DeliverySucceeded}
	if err := w.Store.QueueDeliveries(t.Context(), made.Key(), []store.WebhookDelivery{delivery}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.Erase(t.Context(), w.scope, personaldata.EraseArgs{ID: id, Confirm: id, ExpectedVersion: 1}); err != nil {
		t.Fatal(err)
	}
	if left := w.deliveries(t, made.WebhookID); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}
