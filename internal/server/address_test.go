package server_test

import (
	"net/http"
	"net/netip"
	"testing"

	"clientgraph/internal/server"
)

// Whom a request comes from is said by the connection, and by proxies that are
// trusted: never by the caller itself.
func TestAddressIsWhatTrustedProxiesSay(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"no proxy", "203.0.113.5:4000", nil, "203.0.113.5"},
		{"a caller who names another", "203.0.113.5:4000", []string{"198.51.100.1"}, "203.0.113.5"},
		{"behind a proxy", "10.1.2.3:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"behind a proxy, a caller who names another", "10.1.2.3:4000", []string{"192.0.2.9, 198.51.100.1"}, "198.51.100.1"},
		{"behind two proxies", "10.1.2.3:4000", []string{"192.0.2.9, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"in two headers", "10.1.2.3:4000", []string{"192.0.2.9", "198.51.100.1"}, "198.51.100.1"},
		{"a proxy that names nobody", "10.1.2.3:4000", nil, "10.1.2.3"},
		{"what is no address", "10.1.2.3:4000", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		{"IPv6", "[fd00::1]:4000", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv4 in IPv6", "[::ffff:10.1.2.3]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := server.AddressOf(r, proxies); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
