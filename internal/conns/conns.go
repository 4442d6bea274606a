// Package conns bounds the connections of a server: their number in all and of an
// address, how long one may stay without an authenticated caller, and how long the other
// side may take to read what is written.
package conns

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// chunk is how many bytes the other side must read within Bounds.Write.
	chunk = 64 << 10
	// leastPause and mostPause bound the pause after accepting a connection failed. It
	// doubles each time.
	leastPause = 5 * time.Millisecond
	mostPause  = time.Second
	// logPause is the least time between two log lines of one kind.
	logPause = 30 * time.Second
)

// Bounds bound a listener's connections.
type Bounds struct {
	// All and PerAddress bound the open connections; 0 is no bound.
	All, PerAddress int
	// Exempt says whether an address may have any number of connections, such as a load
	// balancer; nil for none.
	Exempt func(netip.Addr) bool
	// Stranger is how long a connection may stay open before Admit; 0 is no bound.
	Stranger time.Duration
	// Write is how long the other side may take to read 64 KiB; 0 is no bound.
	Write time.Duration
}

// Listener accepts connections within bounds. If there are too many, the oldest
// unauthenticated one is closed for a new one; if there is none, the new one is closed.
type Listener struct {
	net.Listener
	bounds Bounds
	logger *slog.Logger
	// closed ends waiting for file descriptors.
	closed    chan struct{}
	closeOnce sync.Once

	mu sync.Mutex
	// addresses counts the open connections of each address.
	addresses map[netip.Addr]int
	all       int
	// unauthenticated are in the order of their arrival.
	unauthenticated unauthenticated
	logged          map[string]time.Time
}

// Listen returns a listener that bounds the connections of inner.
func Listen(inner net.Listener, bounds Bounds, logger *slog.Logger) *Listener {
	return &Listener{
		Listener: inner, bounds: bounds, logger: logger, closed: make(chan struct{}),
		addresses: map[netip.Addr]int{}, logged: map[string]time.Time{},
	}
}

// Open returns the number of open connections.
func (l *Listener) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}

// Accept implements net.Listener. When file descriptors run out, it closes the oldest
// unauthenticated connection and continues.
func (l *Listener) Accept() (net.Conn, error) {
	pause := leastPause
	for {
		inner, err := l.Listener.Accept()
		if err == nil {
			pause = leastPause
			if c := l.admit(inner); c != nil {
				return c, nil
			}
			continue
		}
		if !passes(err) {
			return nil, err
		}
		l.once("can't accept connections for now; raise the bound of open files (ulimit -n), or lower --max-connections", "error", err)
		l.closeOldest(netip.Addr{})
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-l.closed:
			timer.Stop()
			return nil, net.ErrClosed
		}
		pause = min(2*pause, mostPause)
	}
}

// passes says whether accepting may work again later: there are no file descriptors or no
// memory, or the other side is gone.
func passes(err error) bool {
	var failure net.Error
	//nolint:staticcheck // What it says of reading is unclear; of accepting, net/http goes by it too.
	return errors.As(err, &failure) && failure.Temporary()
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.closeOnce.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// admit counts a connection; nil if there is no room for it.
func (l *Listener) admit(inner net.Conn) *Conn {
	c := &Conn{Conn: inner, listener: l, address: addressOf(inner)}
	if !l.hasRoom(c.address) {
		// Closed at once, so that its caller does not wait in vain.
		_ = inner.Close()
		return nil
	}
	l.mu.Lock()
	l.all++
	l.addresses[c.address]++
	l.unauthenticated.add(c)
	if l.bounds.Stranger > 0 {
		c.late = time.AfterFunc(l.bounds.Stranger, func() { l.closeStranger(c) })
	}
	l.mu.Unlock()
	return c
}

// hasRoom makes room for a connection from an address. It returns false if that is
// impossible.
func (l *Listener) hasRoom(address netip.Addr) bool {
	if l.bounds.PerAddress > 0 && !l.exempt(address) && l.count(address) >= l.bounds.PerAddress {
		l.once("an address has too many connections; --max-connections-per-address is the bound", "bound", l.bounds.PerAddress)
		if !l.closeOldest(address) {
			return false
		}
	}
	if l.bounds.All > 0 && l.count(netip.Addr{}) >= l.bounds.All {
		l.once("there are too many connections; --max-connections and the bound of open files (ulimit -n) are the bounds", "bound", l.bounds.All)
		return l.closeOldest(netip.Addr{})
	}
	return true
}

func (l *Listener) exempt(address netip.Addr) bool {
	return l.bounds.Exempt != nil && l.bounds.Exempt(address)
}

// count returns the number of connections of an address, or of all for no address.
func (l *Listener) count(address netip.Addr) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !address.IsValid() {
		return l.all
	}
	return l.addresses[address]
}

// closeOldest closes the oldest unauthenticated connection of an address, or of all for
// no address; false if there is none.
func (l *Listener) closeOldest(address netip.Addr) bool {
	l.mu.Lock()
	oldest := l.unauthenticated.oldest(address)
	l.mu.Unlock()
	if oldest == nil {
		return false
	}
	_ = oldest.Close()
	return true
}

// closeStranger closes a connection unless its caller was authenticated meanwhile.
func (l *Listener) closeStranger(c *Conn) {
	l.mu.Lock()
	stranger := l.unauthenticated.has(c)
	l.mu.Unlock()
	if stranger {
		_ = c.Close()
	}
}

// once logs a line, unless the same was logged a short time ago: others can cause it as
// often as they like.
func (l *Listener) once(message string, more ...any) {
	l.mu.Lock()
	now := time.Now()
	last, before := l.logged[message]
	due := !before || now.Sub(last) >= logPause
	if due {
		l.logged[message] = now
	}
	l.mu.Unlock()
	if due {
		l.logger.Warn(message, more...)
	}
}

// connKey is the context key of a request's connection.
type connKey struct{}

// Context returns the context of a connection's requests, for http.Server.ConnContext.
func Context(ctx context.Context, connection net.Conn) context.Context {
	if secure, ok := connection.(*tls.Conn); ok {
		connection = secure.NetConn()
	}
	return context.WithValue(ctx, connKey{}, connection)
}

// Admit says that the caller of a request was authenticated, and with it the connection.
// It does nothing if connections are not bounded.
func Admit(ctx context.Context) {
	c, ok := ctx.Value(connKey{}).(*Conn)
	if !ok {
		return
	}
	l := c.listener
	l.mu.Lock()
	l.unauthenticated.remove(c)
	l.mu.Unlock()
	if c.late != nil {
		c.late.Stop()
	}
}

// addressOf returns the site of a connection's address.
func addressOf(connection net.Conn) netip.Addr {
	remote, err := netip.ParseAddrPort(connection.RemoteAddr().String())
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return Site(remote.Addr())
}

// Site returns what an address counts as: itself, or for IPv6 its /64, which one site
// has.
func Site(address netip.Addr) netip.Addr {
	address = address.Unmap().WithZone("")
	if address.Is6() && !address.IsLoopback() {
		if network, err := address.Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return address
}
