package conns_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"clientgraph/internal/conns"
)

// listen listens within bounds, and hands over what was accepted.
func listen(t *testing.T, bounds conns.Bounds) (address string, accepted <-chan net.Conn) {
	t.Helper()
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := conns.Listen(inner, bounds, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = listener.Close() })
	connections := make(chan net.Conn)
	go func() {
		defer close(connections)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections <- connection
		}
	}()
	return inner.Addr().String(), connections
}

func dial(t *testing.T, address, from string) net.Conn {
	t.Helper()
	dialer := net.Dialer{}
	if from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	connection, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// wantClosed waits until the other side has closed a connection.
func wantClosed(t *testing.T, connection net.Conn) {
	t.Helper()
	_, err := connection.Read(make([]byte, 1))
	if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("it is not closed: %v", err)
	}
}

// wantOpen has a byte go through a connection.
func wantOpen(t *testing.T, connection, served net.Conn) {
	t.Helper()
	if _, err := served.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		t.Errorf("it is closed: %v", err)
	}
}

func admit(connection net.Conn) { conns.Admit(conns.Context(context.Background(), connection)) }

func TestOldestStrangerMakesRoomForWhoComes(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{All: 2})
	first := dial(t, address, "")
	servedFirst := <-accepted
	admit(servedFirst)
	second := dial(t, address, "")
	<-accepted
	third := dial(t, address, "")
	servedThird := <-accepted
	wantClosed(t, second)
	wantOpen(t, first, servedFirst)
	wantOpen(t, third, servedThird)
}

func TestNobodyIsAcceptedWhereAllWereLetIn(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{All: 1})
	first := dial(t, address, "")
	served := <-accepted
	admit(served)
	wantClosed(t, dial(t, address, ""))
	wantOpen(t, first, served)
	// One that ends makes room.
	_ = served.Close()
	dial(t, address, "")
	<-accepted
}

func TestConnectionsOfAnAddressAreBounded(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{PerAddress: 1})
	first := dial(t, address, "")
	served := <-accepted
	admit(served)
	wantClosed(t, dial(t, address, ""))
	wantOpen(t, first, served)
}

func TestExemptAddressHasAnyNumberOfConnections(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{PerAddress: 1, Exempt: netip.Addr.IsLoopback})
	for range 3 {
		connection := dial(t, address, "")
		served := <-accepted
		admit(served)
		wantOpen(t, connection, served)
	}
}

func TestStrangerStaysForATimeOnly(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{Stranger: time.Second})
	good := dial(t, address, "")
	served := <-accepted
	admit(served)
	stranger := dial(t, address, "")
	<-accepted
	wantClosed(t, stranger)
	wantOpen(t, good, served)
}

func TestWhoReadsNothingIsCutOff(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{Write: 50 * time.Millisecond})
	dial(t, address, "")
	_, err := (<-accepted).Write(make([]byte, 64<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ends with %v", err)
	}
}

func TestDeadlineThatWasSetEndsWritingSooner(t *testing.T) {
	address, accepted := listen(t, conns.Bounds{Write: time.Hour})
	dial(t, address, "")
	served := <-accepted
	if err := served.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := served.Write(make([]byte, 64<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ends with %v", err)
	}
}

// poor is a listener that has no file descriptors for some calls.
type poor struct {
	net.Listener
	fails int
}

func (p *poor) Accept() (net.Conn, error) {
	if p.fails > 0 {
		p.fails--
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return p.Listener.Accept()
}

func TestAcceptingGoesOnWhenDescriptorsRanOut(t *testing.T) {
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	listener := conns.Listen(&poor{inner, 3}, conns.Bounds{}, slog.New(slog.NewTextHandler(&log, nil)))
	defer listener.Close()
	connection := dial(t, inner.Addr().String(), "")
	served, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	wantOpen(t, connection, served)
	if lines := strings.Count(log.String(), "can't accept"); lines != 1 {
		t.Errorf("it logs %d lines: %s", lines, log.String())
	}
}

func TestListenerThatIsClosedWaitsForNoDescriptors(t *testing.T) {
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := conns.Listen(&poor{inner, 1 << 30}, conns.Bounds{}, slog.New(slog.DiscardHandler))
	_ = listener.Close()
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting ends with %v", err)
	}
}

func TestNetworkOfOneSiteCountsAsOneAddress(t *testing.T) {
	site := func(text string) netip.Addr { return conns.Site(netip.MustParseAddr(text)) }
	if site("2001:db8::1") != site("2001:db8::ffff:2") || site("2001:db8::1") == site("2001:db8:0:1::1") {
		t.Error("a /64 is not one address")
	}
	if site("::ffff:192.0.2.1") != site("192.0.2.1") || site("192.0.2.1") == site("192.0.2.2") {
		t.Error("an address of IPv4 is not one address")
	}
}
