package app

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/config"
)

// writeCertificate writes a new certificate for name, and its key, over those of
// the folder.
func writeCertificate(t *testing.T, dir, name string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCertificateIsReadAgainWhenItChanges(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, "first")
	var log bytes.Buffer
	now := time.Now()
	c := &certificate{
		certFile: filepath.Join(dir, "cert"), keyFile: filepath.Join(dir, "key"),
		logger: slog.New(slog.NewTextHandler(&log, nil)), now: func() time.Time { return now },
	}
	if err := c.load(); err != nil {
		t.Fatal(err)
	}
	want := func(name string) {
		t.Helper()
		got, err := c.get(nil)
		if err != nil || got.Leaf.Subject.CommonName != name {
			t.Errorf("the certificate is %v, %v, want %s", got.Leaf.Subject, err, name)
		}
	}
	want("first")
	if left := c.expires().Sub(now); left < 59*time.Minute || left > time.Hour {
		t.Errorf("a certificate of an hour expires in %v", left)
	}
	writeCertificate(t, dir, "second")
	want("first")
	now = now.Add(certificatePause)
	want("second")
	// A certificate that is there before its key is no reason to end.
	if err := os.WriteFile(c.keyFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		now = now.Add(certificatePause)
		want("second")
	}
	if lines := strings.Count(log.String(), "can't be read"); lines != 1 {
		t.Errorf("it logs %d times: %s", lines, log.String())
	}
	writeCertificate(t, dir, "third")
	now = now.Add(certificatePause)
	want("third")
}

// dial asks for a page over TLS of those versions.
func dial(t *testing.T, address string, least, most uint16) (*http.Response, error) {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true, DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, MinVersion: least, MaxVersion: most,
	}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return transport.RoundTrip(request)
}

func TestTLSIsOfVersion12OrLater(t *testing.T) {
	dir := t.TempDir()
	writeCertificate(t, dir, "first")
	secure, err := newCertificate(config.HTTP{TLSCert: filepath.Join(dir, "cert"), TLSKey: filepath.Join(dir, "key")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	served := httptest.NewUnstartedServer(http.NotFoundHandler())
	served.Listener = tls.NewListener(served.Listener, secure.config())
	served.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	served.Start()
	defer served.Close()
	address := served.Listener.Addr().String()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		answer, err := dial(t, address, version, version)
		if err != nil {
			t.Fatalf("version %x: %v", version, err)
		}
		answer.Body.Close()
		if answer.ProtoMajor != 2 || answer.TLS.Version != version {
			t.Errorf("version %x speaks %s over %x", version, answer.Proto, answer.TLS.Version)
		}
	}
	if answer, err := dial(t, address, tls.VersionTLS10, tls.VersionTLS11); err == nil {
		answer.Body.Close()
		t.Error("TLS 1.1 is served")
	}
}

func TestNoCertificateIsPlainHTTP(t *testing.T) {
	if secure, err := newCertificate(config.HTTP{}, nil); secure != nil || err != nil {
		t.Errorf("got %v, %v", secure, err)
	}
}
