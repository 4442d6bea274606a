package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server delivers, gives its webhooks back when it is asked to end, and the next one
// goes on at once: what changed while none delivered arrives too.
func TestServedWebhookGoesOnWithTheNextServer(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header.Get("webhook-id") }))
	defer receiver.Close()
	next := func() {
		t.Helper()
		select {
		case <-arrived:
		case <-time.After(time.Minute):
			t.Fatal("nothing arrives")
		}
	}
	dir := dataDir(t)
	const person = `mutation { createClient(input: {firstName: "Jane", lastName: "Roe", emailAddress: "jane@email.com"}) { userErrors { code } } }`
	s := serve(t, dir, "--webhooks-private-addresses")
	s.do(t, s.owner(t), fmt.Sprintf(`mutation { createWebhook(input: {url: %q}) { userErrors { code } } }`, receiver.URL))
	s.do(t, s.owner(t), person)
	next()
	s.signal(t, syscall.SIGTERM)
	if code := s.wait(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, s.stderr.String())
	}
	s = serve(t, dir)
	s.do(t, s.owner(t), person)
	s.untilLogged(t, "ready")
	if log := s.stderr.String(); strings.Contains(log, receiver.URL) {
		t.Errorf("the log holds a webhook's URL: %s", log)
	}
	// Without the flag the receiver's address is refused.
	until(t, "the attempt is refused", func() bool {
		told := s.do(t, s.owner(t), `{ webhooks { deliveries(first: 1) { nodes { failure } } } }`)
		return strings.Contains(fmt.Sprint(told), "ADDRESS_REFUSED")
	})
	select {
	case id := <-arrived:
		t.Errorf("%s arrived at a private address", id)
	default:
	}
	s.signal(t, syscall.SIGTERM)
	s.wait(t)
	s = serve(t, dir, "--webhooks-private-addresses")
	next()
}
