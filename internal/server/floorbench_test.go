package server_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/auth"
	"clientgraph/internal/bench/hand"
	"clientgraph/internal/bench/queries"
	"clientgraph/internal/conns"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
)

// BenchmarkFloor asks for nothing, over a connection that is kept: what a request
// costs before its operation does anything. bare is net/http with a check of the
// same token; the ratio of both is what our guards cost.
func BenchmarkFloor(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": "https://issuer.example", "aud": "clientgraph", "sub": "ann", "role": "OWNER", "businessId": business, "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString(key)
	if err != nil {
		b.Fatal(err)
	}
	bare := hand.New(nil, hand.Tokens{Key: &key.PublicKey, Issuer: "https://issuer.example", Audience: "clientgraph"})
	b.Run("bare", func(b *testing.B) { ask(b, bare, queries.Hand, token) })
	product := floorServer(b, &key.PublicKey)
	b.Run("product", func(b *testing.B) { ask(b, product, queries.GraphQL, token) })
}

// floorServer is a server as the flags have it by default, without a database.
func floorServer(b *testing.B, key *ecdsa.PublicKey) http.Handler {
	b.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		b.Fatal(err)
	}
	verifier, err := auth.NewVerifier(auth.Config{Issuer: "https://issuer.example", Audience: "clientgraph", PublicKeyFile: path}, nil)
	if err != nil {
		b.Fatal(err)
	}
	logger := telemetry.NewLogger(io.Discard, false, slog.LevelError)
	watched, err := telemetry.New(b.Context(), telemetry.Options{AccessLog: true, Slow: time.Second, Logger: logger})
	if err != nil {
		b.Fatal(err)
	}
	return server.New(server.Options{
		Service: service.New(nil, service.Secrets{}, nil, time.Now), Verifier: verifier, Telemetry: watched, Logger: logger,
		Unavailable: func(error) bool { return false },
	})
}

// ask serves a handler and has it answer the empty query, as often as b says.
func ask(b *testing.B, handler http.Handler, kind queries.Kind, token string) {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	if kind == queries.GraphQL {
		listener = conns.Listen(listener, conns.Bounds{All: 100, Stranger: time.Minute, Write: 10 * time.Second}, slog.New(slog.DiscardHandler))
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	if kind == queries.GraphQL {
		s.ConnContext = conns.Context
	}
	go func() { _ = s.Serve(listener) }()
	defer s.Close()
	var request []byte
	for _, q := range queries.All(nil) {
		if q.Name == "empty" {
			if request, err = q.Request(kind, "127.0.0.1", token, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer connection.Close()
	// The first answer tells how long the others are.
	counted := &counter{Reader: connection}
	if _, err := connection.Write(request); err != nil {
		b.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(counted), nil)
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || fmt.Sprintf("%.31s", text) != `{"data":{"__typename":"Query"}}` {
		b.Fatalf("%v: %s", err, text)
	}
	whole := make([]byte, counted.n)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := connection.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(connection, whole); err != nil {
			b.Fatal(err)
		}
	}
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
