package conns

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Conn is a connection that is counted until it is closed. Each 64 KiB that are written
// have a deadline, so that a slow reader is served and one that does not read is
// disconnected, whatever the protocol.
type Conn struct {
	net.Conn
	listener *Listener
	address  netip.Addr
	// place is its place in unauthenticated; nil if it is not in there.
	place *list.Element
	// late closes it if its caller is not authenticated in time.
	late   *time.Timer
	closed sync.Once

	mu sync.Mutex
	// deadline is the write deadline that was set from outside; zero for none.
	deadline time.Time
}

// Write implements net.Conn.
func (c *Conn) Write(p []byte) (written int, err error) {
	most := c.listener.bounds.Write
	if most == 0 {
		return c.Conn.Write(p)
	}
	for {
		part := p[written:min(written+chunk, len(p))]
		if err := c.renew(most); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(part)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// renew sets the deadline of the next chunk, which is not later than the one that was set
// from outside.
func (c *Conn) renew(most time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := time.Now().Add(most)
	if !c.deadline.IsZero() && c.deadline.Before(deadline) {
		deadline = c.deadline
	}
	return c.Conn.SetWriteDeadline(deadline)
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = deadline
	return c.Conn.SetWriteDeadline(deadline)
}

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = deadline
	return c.Conn.SetDeadline(deadline)
}

// CloseWrite ends the sending side, so that the rest can still be read. net/http uses it
// to deliver the answer to a request that was not read to its end.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.closed.Do(func() {
		l := c.listener
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unauthenticated.remove(c)
		l.all--
		if l.addresses[c.address]--; l.addresses[c.address] == 0 {
			delete(l.addresses, c.address)
		}
		if c.late != nil {
			c.late.Stop()
		}
	})
	return c.Conn.Close()
}

// unauthenticated are the connections whose callers are not authenticated yet, oldest
// first.
type unauthenticated struct{ all list.List }

func (s *unauthenticated) add(c *Conn) { c.place = s.all.PushBack(c) }

func (s *unauthenticated) has(c *Conn) bool { return c.place != nil }

func (s *unauthenticated) remove(c *Conn) {
	if c.place != nil {
		s.all.Remove(c.place)
		c.place = nil
	}
}

// oldest returns the oldest one of an address, or of all for no address; nil for none.
func (s *unauthenticated) oldest(address netip.Addr) *Conn {
	for place := s.all.Front(); place != nil; place = place.Next() {
		if c := place.Value.(*Conn); !address.IsValid() || c.address == address {
			return c
		}
	}
	return nil
}
