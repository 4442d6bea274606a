package app

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"

	"clientgraph/internal/config"
	"clientgraph/internal/conns"
	"clientgraph/internal/server"
)

// http2Streams bounds the concurrent requests on an HTTP/2 connection.
const http2Streams = 100

// bounded returns a listener with bounds on its connections.
func bounded(listener net.Listener, cfg config.Serve, logger *slog.Logger) *conns.Listener {
	all := cfg.MaxConnections
	if affordable := conns.Affordable(); affordable > 0 {
		all = min(all, affordable)
	}
	return conns.Listen(listener, conns.Bounds{
		All: all, PerAddress: cfg.MaxConnectionsPerAddress, Exempt: exempt(cfg),
		Stranger: cfg.StrangerTime, Write: cfg.WriteTime,
	}, logger)
}

// exempt says which addresses may have any number of connections: this machine's own, and
// those of trusted proxies.
func exempt(cfg config.Serve) func(netip.Addr) bool {
	return func(address netip.Addr) bool {
		return address.IsLoopback() || slices.ContainsFunc(cfg.TrustedProxy, func(p netip.Prefix) bool { return p.Contains(address) })
	}
}

// http2 is the configuration of HTTP/2.
func http2() *http.HTTP2Config { return &http.HTTP2Config{MaxConcurrentStreams: http2Streams} }

// streamLimits are the bounds on sockets and event streams.
func streamLimits(cfg config.Serve) server.StreamLimits {
	return server.StreamLimits{
		Message: cfg.MaxBody, WriteTimeout: cfg.WriteTime,
		Streams: cfg.MaxStreams, StreamsPerAddress: orNone(cfg.MaxStreamsPerAddress), StreamsPerCaller: orNone(cfg.MaxStreamsPerCaller),
		Subscriptions: cfg.MaxSubscriptions, SubscriptionsPerAddress: orNone(cfg.MaxSubscriptionsPerAddress),
		SubscriptionsPerCaller: orNone(cfg.MaxSubscriptionsPerCaller),
	}
}

// orNone converts a flag's bound to the server's: there 0 means the default, and below 0
// no bound.
func orNone(bound int) int {
	if bound == 0 {
		return -1
	}
	return bound
}
