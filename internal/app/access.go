package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"clientgraph/internal/auth"
	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
	"clientgraph/internal/secret"
	"clientgraph/internal/server"
	"clientgraph/internal/service"
	"clientgraph/internal/telemetry"
	"clientgraph/internal/web"
)

// pageTTL is how long a page's tokens are valid: a long working day.
const pageTTL = 12 * time.Hour

// access authenticates callers, and has the keys that encrypt secrets.
type access struct {
	verifier server.Verifier
	cipher   *secret.Cipher
	// playground is nil outside development mode, unless a flag turns it on.
	playground http.Handler
	// console is nil outside development mode, unless a flag turns it on.
	console http.Handler
}

func newAccess(cfg config.Serve, logger *slog.Logger) (*access, error) {
	keyset, err := loadKeyset(cfg)
	if err != nil {
		return nil, err
	}
	a := &access{}
	if a.cipher, err = secret.OpenCipher(keyset); err != nil {
		return nil, unusableKeyset(err)
	}
	if !cfg.Development() {
		a.verifier, err = auth.NewVerifier(auth.Config{
			Issuer: cfg.JWTIssuer, Audience: cfg.JWTAudience, Leeway: cfg.JWTLeeway, Logger: logger,
			PublicKeyFile: cfg.JWTPublicKey, KeySetURL: cfg.JWKSURL, KeySetFile: cfg.JWKSFile,
		}, nil)
		if err != nil {
			return nil, &devdb.UserError{Message: fmt.Sprintf("tokens can't be checked (%v): see --jwt-public-key, --jwks-url, --jwks-file, --jwt-issuer and --jwt-audience", err)}
		}
		if cfg.Playground {
			a.playground = web.Handler(web.Options{Endpoint: "/graphql"})
		}
		a.console = newConsole(cfg, nil)
		return a, nil
	}
	key, err := auth.DevelopmentKey(cfg.DataDir)
	if err != nil {
		return nil, unusableDataDir(cfg.DataDir)
	}
	development, err := auth.NewDevelopment(key, nil)
	if err != nil {
		return nil, err
	}
	a.verifier = development
	a.console = newConsole(cfg, development)
	a.playground = web.Handler(web.Options{Endpoint: "/graphql", Identities: identitiesOf(development)})
	return a, nil
}

// show reports in metrics how old the issuer's keys are, if they are read again and
// again.
func (a *access) show(watched *telemetry.Telemetry) {
	issuer, ok := a.verifier.(*auth.Verifier)
	if !ok {
		return
	}
	if _, read := issuer.KeysAge(); read {
		watched.Show(telemetry.IssuerKeysAge, func() float64 { age, _ := issuer.KeysAge(); return age.Seconds() })
	}
}

// secrets returns the service's secrets, with keys stored in that store.
func (a *access) secrets(keys secret.KeyStore) service.Secrets {
	return service.Secrets{
		Hasher:  secret.NewHasher(runtime.GOMAXPROCS(0)),
		Cipher:  a.cipher,
		MAC:     secret.NewMAC(a.cipher, keys),
		Cursors: secret.NewCursors(a.cipher, keys),
	}
}

func loadKeyset(cfg config.Serve) ([]byte, error) {
	keyset, err := secret.LoadKeyset(cfg.SSNKeysetFile, cfg.SSNKeyset)
	if err == nil {
		return keyset, nil
	}
	if !errors.Is(err, secret.ErrNoKeyset) {
		return nil, unusableKeyset(err)
	}
	if !cfg.Development() {
		return nil, &devdb.UserError{Message: "give the key ring for social security numbers with --ssn-keyset-file; the command keyset prints a new one"}
	}
	if keyset, err = secret.DevelopmentKeyset(cfg.DataDir); err != nil {
		return nil, unusableDataDir(cfg.DataDir)
	}
	return keyset, nil
}

func unusableKeyset(err error) error {
	return &devdb.UserError{Message: fmt.Sprintf("the key ring for social security numbers can't be used (%v): check --ssn-keyset-file", err)}
}

func unusableDataDir(dir string) error {
	return &devdb.UserError{Message: fmt.Sprintf("can't write to the data folder %s; choose another with --data-dir", dir)}
}
