package app

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"clientgraph/internal/config"
)

// The server's first frame tells how many requests a connection of HTTP/2 may
// have at once.
func TestRequestsOfAnHTTP2ConnectionAreBounded(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, "first")
	secure, err := newCertificate(config.HTTP{TLSCert: filepath.Join(dir, "cert"), TLSKey: filepath.Join(dir, "key")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	served := httptest.NewUnstartedServer(http.NotFoundHandler())
	served.Listener = tls.NewListener(bounded(served.Listener, config.Serve{Connections: config.Connections{MaxConnections: 10}}, slog.New(slog.DiscardHandler)), secure.config())
	served.Config.HTTP2 = http2()
	served.Start()
	defer served.Close()
	connection, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}}).DialContext(t.Context(), "tcp", served.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+"\x00\x00\x00\x04\x00\x00\x00\x00\x00"); err != nil {
		t.Fatal(err)
	}
	var head [9]byte
	if _, err := io.ReadFull(connection, head[:]); err != nil {
		t.Fatal(err)
	}
	settings := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	if _, err := io.ReadFull(connection, settings); err != nil {
		t.Fatal(err)
	}
	const maxConcurrentStreams = 3
	for ; len(settings) >= 6; settings = settings[6:] {
		if binary.BigEndian.Uint16(settings) == maxConcurrentStreams {
			if got := binary.BigEndian.Uint32(settings[2:]); got != http2Streams {
				t.Errorf("it takes %d requests at once, want %d", got, http2Streams)
			}
			return
		}
	}
	t.Error("it takes any number of requests at once")
}
