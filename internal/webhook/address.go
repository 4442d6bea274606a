package webhook

import (
	"net/netip"
	"net/url"
	"strings"
)

// maxURL bounds a webhook's URL, in bytes.
const maxURL = 2_000

// CheckURL says whether a webhook may have the URL: https, with a host, without user and
// fragment, and without an address that Public refuses. With private, http and such
// addresses are allowed too. A host name is resolved for each connection, not here.
func CheckURL(text string, private bool) bool {
	parsed, err := url.Parse(text)
	if err != nil || len(text) > maxURL || parsed.Hostname() == "" || parsed.User != nil || strings.Contains(text, "#") || parsed.Opaque != "" {
		return false
	}
	if parsed.Scheme != "https" && !(private && parsed.Scheme == "http") {
		return false
	}
	if private {
		return true
	}
	host := strings.TrimSuffix(strings.ToLower(parsed.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return false
	}
	address, err := netip.ParseAddr(host)
	return err != nil || Public(address)
}

// Public says whether an address belongs to the public internet, by the registries of
// special addresses (RFC 6890). An address that embeds an IPv4 address, as a mapped one
// or one with the well-known prefix of NAT64 does, is as public as that.
func Public(address netip.Addr) bool {
	address = address.Unmap()
	if !address.IsValid() || address.Zone() != "" {
		return false
	}
	if address.Is4() {
		return !within(address, special4())
	}
	if nat64 := netip.MustParsePrefix("64:ff9b::/96"); nat64.Contains(address) {
		bytes := address.As16()
		return Public(netip.AddrFrom4([4]byte(bytes[12:])))
	}
	// Only this part of IPv6 is assigned. Other addresses are loopback, unique local,
	// link-local, multicast, or embed other addresses.
	return netip.MustParsePrefix("2000::/3").Contains(address) && !within(address, special6())
}

func within(address netip.Addr, blocks []string) bool {
	for _, block := range blocks {
		if netip.MustParsePrefix(block).Contains(address) {
			return true
		}
	}
	return false
}

func special4() []string {
	return []string{
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // behind a carrier's NAT
		"127.0.0.0/8",      // loopback
		"169.254.0.0/16",   // link-local, and metadata of clouds
		"168.63.129.16/32", // "168.63.129.16/32", // Azure's management of machines
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // protocols
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // 6to4 relays
		"192.168.0.0/16",   // private
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/4",      // multicast
		"240.0.0.0/4",      // reserved, and broadcast
	}
}

func special6() []string {
	return []string{
		"2001::/23",     // protocols: Teredo and others
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4, which embeds IPv4 addresses
		"3fff::/20",     // documentation
	}
}
