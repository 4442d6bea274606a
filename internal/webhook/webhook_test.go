package webhook_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clientgraph/internal/history"
	"clientgraph/internal/webhook"
)

func signed(secrets []string, at time.Time, body string) http.Header {
	header := http.Header{}
	header.Set(webhook.HeaderID, "msg_1")
	header.Set(webhook.HeaderTimestamp, webhook.Timestamp(at))
	header.Set(webhook.HeaderSignature, webhook.Sign(secrets, "msg_1", at, []byte(body)))
	return header
}

func receiver(t *testing.T, secret string) *standard.Webhook {
	t.Helper()
	r, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWebhookSignatureIsTakenByTheConventionsLibrary(t *testing.T) {
	t.Parallel()
	secret, other := webhook.NewSecret(), webhook.NewSecret()
	const body = `{"type":"client.upserted"}`
	header := signed([]string{secret}, time.Now(), body)
	if err := receiver(t, secret).Verify([]byte(body), header); err != nil {
		t.Errorf("our signature: %v", err)
	}
	if err := receiver(t, other).Verify([]byte(body), header); err == nil {
		t.Error("a signature by another secret was taken")
	}
	if err := receiver(t, secret).Verify([]byte(body+" "), header); err == nil {
		t.Error("the signature of another body was taken")
	}
}

func TestWebhookSignatureIsTakenByBothSecretsWhileOneReplacesTheOther(t *testing.T) {
	t.Parallel()
	before, after := webhook.NewSecret(), webhook.NewSecret()
	header := signed([]string{after, before}, time.Now(), "{}")
	for _, secret := range []string{before, after} {
		if err := receiver(t, secret).Verify([]byte("{}"), header); err != nil {
			t.Errorf("a receiver with one of the secrets: %v", err)
		}
	}
}

func TestWebhookAddressesOfPrivateNetworksAreRefused(t *testing.T) {
	t.Parallel()
	for text, public := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "100.63.255.255": true, "100.128.0.0": true, "172.32.0.1": true, "169.253.0.1": true,
		"2606:4700::1111": true, "2a00:1450:4001::1": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.127.255.255": false, "100.100.100.200": false,
		"127.0.0.1": false, "127.255.255.254": false, "169.254.169.254": false, "168.63.129.16": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.0.0.192": false, "192.0.2.1": false, "192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.51.100.1": false,
		"203.0.113.1": false, "224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,

		"::": false, "::1": false, "::127.0.0.1": false, "::8.8.8.8": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:169.254.169.254": false, "64:ff9b::127.0.0.1": false, "64:ff9b::10.0.0.1": false, "64:ff9b::169.254.169.254": false,
		"64:ff9b:1::8.8.8.8": false, "100::1": false, "2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "2002:808:808::1": false,
		"3fff::1": false, "fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1111%eth0": false,
		"fec0::1": false, "ff02::1": false, "5f00::1": false,
	} {
		if got := webhook.Public(netip.MustParseAddr(text)); got != public {
			t.Errorf("%s is public: %v, want %v", text, got, public)
		}
	}
	if webhook.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestWebhookURLIsHTTPSWithoutUserAndPrivateAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ public, private bool }{
		"https://example.com/hooks?token=1":         {true, true},
		"https://example.com:8443":                  {true, true},
		"https://8.8.8.8/":                          {true, true},
		"https://[2606:4700::1111]/":                {true, true},
		"http://example.com/hooks":                  {false, true},
		"https://localhost/":                        {false, true},
		"https://LOCALHOST./":                       {false, true},
		"https://a.localhost/":                      {false, true},
		"https://127.0.0.1/":                        {false, true},
		"https://[::1]/":                            {false, true},
		"https://[::ffff:10.0.0.1]:1/":              {false, true},
		"https://169.254.169.254/latest":            {false, true},
		"ftp://example.com":                         {},
		"//example.com":                             {},
		"example.com":                               {},
		"https://":                                  {},
		"https:///path":                             {},
		"https:example.com":                         {},
		"https://user@example.com":                  {},
		"https://user:secret@example.com":           {},
		"https://example.com/#part":                 {},
		"https://example.com/#":                     {},
		"https://exa mple.com":                      {},
		"https://example.com:port":                  {},
		"https://example.com/\n":                    {},
		"":                                          {},
		"https://a.b/" + strings.Repeat("a", 2_000): {},
	} {
		if got := webhook.CheckURL(text, false); got != want.public {
			t.Errorf("%.60q: %v, want %v", text, got, want.public)
		}
		if got := webhook.CheckURL(text, true); got != want.private {
			t.Errorf("%.60q with private addresses: %v, want %v", text, got, want.private)
		}
	}
}

func TestWebhookBodyHoldsIDsAndNamesOfFieldsOnly(t *testing.T) {
	t.Parallel()
	event := webhook.Event{
		BusinessID: 7, Kind: history.KindMerged, At: time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC),
		ClientID: 4922146, Version: 3, MergedIntoClientID: 4658091, ChangedFields: []string{"fields.12", "firstName"},
	}
	content, err := webhook.Body(event)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"client.merged","timestamp":"2026-01-02T03:04:05.006Z","data":{"businessId":"7","clientId":"4922146",` +
		`"clientGlobalId":"Q2xpZW50OjQ5MjIxNDY","version":3,"mergedIntoClientId":"4658091","changedFields":["fields.12","firstName"]}}`
	if string(content) != want {
		t.Errorf("got  %s\nwant %s", content, want)
	}
	resync, err := webhook.Body(webhook.Event{BusinessID: 7, Kind: webhook.KindResync, At: event.At})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"type":"clients.resync","timestamp":"2026-01-02T03:04:05.006Z","data":{"businessId":"7"}}`; string(resync) != want {
		t.Errorf("got  %s\nwant %s", resync, want)
	}
}

func TestWebhookBodyIsBounded(t *testing.T) {
	t.Parallel()
	names := make([]string, 100_000)
	for i := range names {
		names[i] = "fields." + strconv.Itoa(i)
	}
	content, err := webhook.Body(webhook.Event{BusinessID: 7, Kind: history.KindUpserted, ClientID: 1, ChangedFields: names})
	if err != nil || len(content) > 64<<10 {
		t.Fatalf("%d bytes, %v", len(content), err)
	}
	var told struct{ Data map[string]any }
	if err := json.Unmarshal(content, &told); err != nil || told.Data["changedFields"] != nil {
		t.Errorf("an event of too many fields names some: %v, %v", told.Data["changedFields"], err)
	}
}

func TestWebhookDelayDoublesUpToItsBound(t *testing.T) {
	t.Parallel()
	var bounds []time.Duration
	for attempts := range 20 {
		most := min(5*time.Second<<max(attempts-1, 0), 4*time.Hour)
		bounds = append(bounds, most)
		for range 100 {
			if delay := webhook.Delay(attempts); delay > most || delay < most-most/4 {
				t.Fatalf("after %d attempts: %v, want %v less a quarter at most", attempts, delay, most)
			}
		}
	}
	if !reflect.DeepEqual(bounds[:4], []time.Duration{5 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second}) || bounds[19] != 4*time.Hour {
		t.Errorf("bounds: %v", bounds)
	}
	if delay := webhook.Delay(1_000_000); delay <= 0 || delay > 4*time.Hour {
		t.Errorf("after very many attempts: %v", delay)
	}
}
