package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
)

// certificatePause is the least time between two reads of the certificate's files, so
// that new connections seldom wait for the disk.
const certificatePause = time.Second

// certificate is a certificate whose files may be replaced at run time.
type certificate struct {
	certFile, keyFile string
	logger            *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time
	// failed says that the last read failed, so that it is logged once.
	failed bool
}

// newCertificate reads the certificate; nil if none is configured.
func newCertificate(cfg config.HTTP, logger *slog.Logger) (*certificate, error) {
	if cfg.TLSCert == "" {
		return nil, nil //nolint:nilnil // No certificate, and nothing went wrong: plain http.
	}
	c := &certificate{certFile: cfg.TLSCert, keyFile: cfg.TLSKey, logger: logger, now: time.Now}
	if err := c.load(); err != nil {
		return nil, &devdb.UserError{Message: fmt.Sprintf("the certificate can't be used (%v): check --tls-cert and --tls-key", err)}
	}
	return c, nil
}

// config is the TLS configuration with the certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}

// expires is when the current certificate expires.
func (c *certificate) expires() time.Time {
	// It fails if there is no certificate.
	current, _ := c.get(nil)
	return current.Leaf.NotAfter
}

// get returns the certificate for a connection. If the files can't be used, for example
// half-written ones, it returns the previous one.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.read) < certificatePause {
		return c.current, nil
	}
	err := c.load()
	if err != nil && !c.failed {
		c.logger.Warn("the certificate can't be read; the previous one is used", "error", err)
	}
	c.failed = err != nil
	return c.current, nil
}

// load reads the files. The caller must have locked mu, or be the only user.
func (c *certificate) load() error {
	c.read = c.now()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current = &pair
	return nil
}
