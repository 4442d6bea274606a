package server_test

import (
	"net"
	"sync"
	"time"
)

// accepted is a listener that knows the write deadlines of its connections.
type accepted struct {
	net.Listener
	mu    sync.Mutex
	conns []*acceptedConn
}

// Accept implements net.Listener.
func (a *accepted) Accept() (net.Conn, error) {
	conn, err := a.Listener.Accept()
	if err != nil {
		return nil, err
	}
	kept := &acceptedConn{TCPConn: conn.(*net.TCPConn)}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conns = append(a.conns, kept)
	return kept, nil
}

// haveNoDeadline says that writing to any of the connections may take as long as it
// takes. It is also true of no connections.
func (a *accepted) haveNoDeadline() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, conn := range a.conns {
		if conn.hasDeadline() {
			return false
		}
	}
	return true
}

// acceptedConn is a connection that knows its write deadline.
type acceptedConn struct {
	*net.TCPConn
	mu sync.Mutex
	// deadline is zero for none.
	deadline time.Time
}

func (c *acceptedConn) hasDeadline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.deadline.IsZero()
}

// SetDeadline implements net.Conn.
func (c *acceptedConn) SetDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = deadline
	return c.TCPConn.SetDeadline(deadline)
}

// SetWriteDeadline implements net.Conn.
func (c *acceptedConn) SetWriteDeadline(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = deadline
	return c.TCPConn.SetWriteDeadline(deadline)
}
