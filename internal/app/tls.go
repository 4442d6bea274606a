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

// certificatePause is the least time between two readings of the certificate: a
// connection is not made to wait for the disk because others come.
const certificatePause = time.Second

// certificate is a certificate in files that are replaced while we run.
type certificate struct {
	certFile, keyFile string
	logger            *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time
	// failed is whether the last reading did, so that it is logged once.
	failed bool
}

// newCertificate reads the certificate; nil when none was given.
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

// config is how to serve https with the certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}

// expires is when the certificate that is in use does.
func (c *certificate) expires() time.Time {
	// It fails for none.
	current, _ := c.get(nil)
	return current.Leaf.NotAfter
}

// get returns the certificate for a connection. Files that can't be used, half
// written ones for example, leave the one of before.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.read) < certificatePause {
		return c.current, nil
	}
	err := c.load()
	if err != nil && !c.failed {
		c.logger.Warn("the certificate can't be read; the one of before is used", "error", err)
	}
	c.failed = err != nil
	return c.current, nil
}

// load reads the files. The caller holds mu, or is alone.
func (c *certificate) load() error {
	c.read = c.now()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current = &pair
	return nil
}
