package app

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/devdb"
	"clientgraph/internal/server"
)

// certificateWarning is how long before its expiry a certificate is noted.
const certificateWarning = 21 * 24 * time.Hour

// longestToken bounds a line in a file of tokens in bytes.
const longestToken = 64 << 10

// issuer checks the keys that verify tokens; nil if they can't be read.
func (d *doctor) issuer() server.Verifier {
	const about = "tokens' keys"
	cfg := d.cfg
	if cfg.Development() {
		key, err := auth.DevelopmentKey(cfg.DataDir)
		if err != nil {
			d.mend(about, unusableDataDir(cfg.DataDir).Error(), "")
			return nil
		}
		development, err := auth.NewDevelopment(key, nil)
		if err != nil {
			d.mend(about, err.Error(), "")
			return nil
		}
		d.note(about, "this is development mode: every user of this machine can make a token", "for production set --jwks-url, --jwks-file or --jwt-public-key")
		return development
	}
	verifier, err := auth.NewVerifier(auth.Config{
		Issuer: cfg.JWTIssuer, Audience: cfg.JWTAudience, Leeway: cfg.JWTLeeway, Logger: slog.New(slog.DiscardHandler),
		PublicKeyFile: cfg.JWTPublicKey, KeySetURL: cfg.JWKSURL, KeySetFile: cfg.JWKSFile,
	}, nil)
	if err != nil {
		d.mend(about, err.Error(), "check --jwt-public-key, --jwks-url, --jwks-file, --jwt-issuer and --jwt-audience, and whether this machine reaches the issuer")
		return nil
	}
	d.fine(about, "they can be read; tokens must name the issuer %s and the audience %s", cfg.JWTIssuer, cfg.JWTAudience)
	return verifier
}

// certificate checks the certificate, if there is one.
func (d *doctor) certificate() {
	const about = "certificate"
	if d.cfg.TLSCert == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(d.cfg.TLSCert, d.cfg.TLSKey)
	if err != nil {
		d.mend(about, fmt.Sprintf("it can't be used (%v)", err), "check --tls-cert and --tls-key")
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	switch until := time.Until(leaf.NotAfter); {
	case err != nil:
		d.mend(about, "it can't be read", "check --tls-cert")
	case until < 0:
		d.mend(about, "it ended on "+leaf.NotAfter.Format(time.DateOnly), "renew it; the server reads the new files while it runs")
	case until < certificateWarning:
		d.note(about, "it ends on "+leaf.NotAfter.Format(time.DateOnly), "renew it; the server reads the new files while it runs")
	default:
		d.fine(about, "it is valid until %s", leaf.NotAfter.Format(time.DateOnly))
	}
}

// tokens checks each token in a file; - is the standard input.
func (d *doctor) tokens(name string, stdin io.Reader, verifier server.Verifier) error {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return &devdb.UserError{Message: fmt.Sprintf("the tokens can't be read (%v): check --tokens", err)}
		}
		defer file.Close()
		stdin = file
	}
	lines := bufio.NewScanner(stdin)
	lines.Buffer(nil, longestToken)
	for n := 1; lines.Scan(); n++ {
		token := strings.TrimSpace(lines.Text())
		if token == "" {
			n--
			continue
		}
		d.token(fmt.Sprintf("token %d", n), strings.TrimPrefix(token, "Bearer "), verifier)
	}
	if lines.Err() != nil {
		return &devdb.UserError{Message: "the tokens can't be read: give one a line, of 64 KiB at most"}
	}
	return nil
}

// token prints the claims of a token, and whether it is accepted.
func (d *doctor) token(about, token string, verifier server.Verifier) {
	says := auth.Says(token)
	if verifier == nil {
		d.note(about, says, "whether it is valid is unknown: the keys can't be read")
		return
	}
	identity, err := verifier.Verify(token)
	if err != nil {
		d.mend(about, "it is refused: "+auth.Reason(err), says)
		return
	}
	d.fine(about, "it is valid until %s: business %d, role %s, permissions %s; %s", identity.Expires.UTC().Format(time.RFC3339),
		identity.BusinessID, identity.Role, strings.Join(identity.Permissions.Names(), " "), says)
}
