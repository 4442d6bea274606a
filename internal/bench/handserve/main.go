// Command handserve serves the handlers of package hand.
package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/bench/hand"
	"clientgraph/internal/bench/meter"
)

func main() {
	uri := flag.String("mongodb-uri", "mongodb://127.0.0.1:27017", "the database's server")
	database := flag.String("database", "clientgraph", "the database")
	listen := flag.String("listen", "127.0.0.1:0", "address and port; port 0 takes a free one")
	key := flag.String("key", "", "PEM file of the key that tokens are signed with")
	issuer := flag.String("issuer", "", "issuer that tokens must name")
	audience := flag.String("audience", "", "audience that tokens must name")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *uri, *database, *listen, *key, hand.Tokens{Issuer: *issuer, Audience: *audience})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "handserve:", err)
		os.Exit(1)
	}
}

const (
	readHeaderTimeout = 5 * time.Second
	closeTimeout      = 5 * time.Second
)

func run(ctx context.Context, uri, database, listen, key string, tokens hand.Tokens) error {
	text, err := os.ReadFile(key)
	if err != nil {
		return fmt.Errorf("read the key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New("-key is no PEM file")
	}
	if tokens.Key, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return fmt.Errorf("read the key: %w", err)
	}
	if err := meter.Begin(ctx); err != nil {
		return err
	}
	connection, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return errors.New("connect to the database")
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: hand.New(connection.Database(database), tokens), ReadHeaderTimeout: readHeaderTimeout}
	fmt.Println("ready: http://" + listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return errors.Join(err, server.Shutdown(ending), connection.Disconnect(ending))
}
