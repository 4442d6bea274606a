package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// addressOf returns the caller's address: that of the connection or, if it comes from a
// trusted proxy, the last address in X-Forwarded-For that is not a trusted proxy's.
// Addresses further left are not used, because callers can write them.
func addressOf(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil || !isWithin(address, trusted) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap().WithZone("")
		if !isWithin(address, trusted) {
			break
		}
	}
	return address.String()
}

func isWithin(address netip.Addr, prefixes []netip.Prefix) bool {
	address = address.Unmap().WithZone("")
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
