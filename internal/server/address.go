package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// addressOf is the address of the caller: that of the connection, or, where a
// trusted proxy is at its other end, the last one in X-Forwarded-For that is no
// trusted proxy's. What a caller writes there itself stands further left, and does
// not count.
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
