package sending_test

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/net/dns/dnsmessage"

	"clientgraph/internal/webhook"
	"clientgraph/internal/webhook/sending"
)

func send(t *testing.T, options sending.Options, to string) sending.Result {
	t.Helper()
	sender := sending.New(options)
	t.Cleanup(sender.Close)
	return sendBy(t, sender, to)
}

func sendBy(t *testing.T, sender *sending.Sender, to string) sending.Result {
	t.Helper()
	result, err := sender.Send(t.Context(), sending.Message{URL: to, ID: "msg_1", Body: []byte("{}"), Secrets: []string{webhook.NewSecret()}, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestWebhookIsSentSignedAsJSON(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	checked := make(chan error, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		of, err := standard.NewWebhook(secret)
		if err == nil {
			err = of.Verify(content, r.Header)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s of %s", r.Method, r.Header.Get("Content-Type"))
		}
		checked <- err
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()
	sender := sending.New(sending.Options{Private: true})
	defer sender.Close()
	result, err := sender.Send(t.Context(), sending.Message{URL: receiver.URL, ID: "msg_1", Body: []byte(`{"a":1}`), Secrets: []string{secret}, At: time.Now()})
	if err != nil || result != (sending.Result{Status: http.StatusNoContent}) {
		t.Fatalf("%+v, %v", result, err)
	}
	if err := <-checked; err != nil {
		t.Errorf("the convention's library: %v", err)
	}
}

func TestWebhookFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer inner.Close()
	receiver := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect))
	defer receiver.Close()
	if result := send(t, sending.Options{Private: true}, receiver.URL); result != (sending.Result{Failure: sending.Redirected, Status: http.StatusTemporaryRedirect}) {
		t.Errorf("%+v", result)
	}
	if followed.Load() {
		t.Error("the redirect was followed")
	}
}

func TestWebhookReadsLittleOfAnAnswer(t *testing.T) {
	t.Parallel()
	const whole = 100 << 20
	wrote := make(chan int, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		written, block := 0, make([]byte, 64<<10)
		for written < whole {
			n, err := w.Write(block)
			if written += n; err != nil {
				break
			}
		}
		wrote <- written
	}))
	defer receiver.Close()
	if result := send(t, sending.Options{Private: true}, receiver.URL); result != (sending.Result{Status: http.StatusOK}) {
		t.Errorf("%+v", result)
	}
	// The rest of what was written is in the buffers of the sockets.
	if written := <-wrote; written >= whole/2 {
		t.Errorf("%d bytes of an endless answer were taken", written)
	}
}

func TestWebhookAttemptThatHangsEnds(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-over
	}))
	defer receiver.Close()
	defer close(over)
	if result := send(t, sending.Options{Private: true, Timeout: 100 * time.Millisecond}, receiver.URL); result != (sending.Result{Failure: sending.TimedOut}) {
		t.Errorf("%+v", result)
	}
}

func TestWebhookTellsWhyAnAttemptFailed(t *testing.T) {
	t.Parallel()
	answers := func(status int) string {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(receiver.Close)
		return receiver.URL
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	unknown := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(unknown.Close)
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(cut.Close)
	for to, want := range map[string]sending.Result{
		answers(500): {Failure: sending.StatusRefused, Status: 500},
		answers(410): {Failure: sending.StatusRefused, Status: 410, Gone: true},
		closed.URL:   {Failure: sending.NotConnected},
		unknown.URL:  {Failure: sending.TLSFailed},
		cut.URL:      {Failure: sending.ConnectionEnded},
		strings.Replace(cut.URL, "http", "https", 1): {Failure: sending.TLSFailed},
	} {
		if got := send(t, sending.Options{Private: true}, to); got != want {
			t.Errorf("%s: %+v, want %+v", to, got, want)
		}
	}
}

func TestWebhookUsesNoProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	// No proxy is used for a loopback address anyway.
	resolver := names(t, map[string][]string{"receiver.example.": {"127.0.0.1"}})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	to := "http://receiver.example:" + port(t, receiver.URL)
	if result := send(t, sending.Options{Private: true, Resolver: resolver}, to); result != (sending.Result{Status: 200}) {
		t.Errorf("%+v", result)
	}
}

func TestWebhookRefusesPrivateAddressesUnlessAllowed(t *testing.T) {
	t.Parallel()
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a private address was connected to") }))
	defer receiver.Close()
	resolver := names(t, map[string][]string{
		"loopback.example.": {"127.0.0.1"},
		"mapped.example.":   {"::ffff:127.0.0.1"},
		"six.example.":      {"::1"},
		"metadata.example.": {"169.254.169.254"},
		"both.example.":     {"10.0.0.1", "127.0.0.1"},
	})
	for _, host := range []string{"loopback.example", "mapped.example", "six.example", "metadata.example", "both.example", "127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		to := "https://" + host + ":" + port(t, receiver.URL)
		if result := send(t, sending.Options{Resolver: resolver}, to); result != (sending.Result{Failure: sending.AddressRefused}) {
			t.Errorf("%s: %+v", host, result)
		}
	}
	if result := send(t, sending.Options{Resolver: resolver}, "https://nobody.example"); result != (sending.Result{Failure: sending.NameNotFound}) {
		t.Errorf("an unknown name: %+v", result)
	}
}

// A name is checked again for each connection, after it was looked up: an answer that
// changes between two look-ups opens nothing.
func TestWebhookRefusesANameThatMovesToAPrivateAddress(t *testing.T) {
	t.Parallel()
	received := make(chan string, 10)
	receiver := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		received <- r.Host
	}))
	receiver.StartTLS()
	defer receiver.Close()
	roots := x509.NewCertPool()
	roots.AddCert(receiver.Certificate())
	// 127.0.0.1 plays the public address, and 127.0.0.2 the private one.
	public := netip.MustParseAddr("127.0.0.1")
	var private atomic.Bool
	resolver := namesOf(t, func(string) []string {
		if private.Load() {
			return []string{"127.0.0.2"}
		}
		return []string{"127.0.0.1"}
	})
	sender := sending.New(sending.Options{
		Roots: roots, Resolver: resolver, Allow: func(address netip.Addr) bool { return address.Unmap() == public },
	})
	defer sender.Close()
	to := "https://example.com:" + port(t, receiver.URL)
	if result := sendBy(t, sender, to); result != (sending.Result{Status: 200}) {
		t.Fatalf("while the name is a public address: %+v", result)
	}
	<-received
	private.Store(true)
	if result := sendBy(t, sender, to); result != (sending.Result{Failure: sending.AddressRefused}) {
		t.Errorf("after it has moved: %+v", result)
	}
	select {
	case host := <-received:
		t.Errorf("%s was connected to", host)
	default:
	}
}

func TestWebhookSendingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		cancel()
		<-r.Context().Done()
	}))
	defer receiver.Close()
	sender := sending.New(sending.Options{Private: true})
	defer sender.Close()
	if result, err := sender.Send(ctx, sending.Message{URL: receiver.URL, ID: "msg_1"}); err == nil {
		t.Errorf("%+v, and no error", result)
	}
}

func port(t *testing.T, of string) string {
	t.Helper()
	parsed, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Port()
}

// names is a resolver that knows those names alone.
func names(t *testing.T, records map[string][]string) *net.Resolver {
	t.Helper()
	return namesOf(t, func(name string) []string { return records[name] })
}

// namesOf is a resolver that knows the names which have records.
func namesOf(t *testing.T, records func(name string) []string) *net.Resolver {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		for buffer := make([]byte, 1_500); ; {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer := lookUp(records, buffer[:n]); answer != nil {
				_, _ = server.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// lookUp answers a question of the domain name system.
func lookUp(records func(string) []string, question []byte) []byte {
	var asked dnsmessage.Message
	if asked.Unpack(question) != nil || len(asked.Questions) != 1 {
		return nil
	}
	q := asked.Questions[0]
	known := records(q.Name.String())
	answer := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true}, Questions: asked.Questions}
	if known == nil {
		answer.RCode = dnsmessage.RCodeNameError
	}
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
	for _, text := range known {
		address := netip.MustParseAddr(text)
		switch {
		case q.Type == dnsmessage.TypeA && address.Is4():
			answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
		case q.Type == dnsmessage.TypeAAAA && address.Is6():
			answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
		}
	}
	packed, err := answer.Pack()
	if err != nil {
		panic("answer " + strconv.Quote(q.Name.String()) + ": " + err.Error())
	}
	return packed
}
