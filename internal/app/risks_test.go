package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An origin that no browser sends is refused at start, with what to give
// instead.
func TestOriginsThatNoBrowserSendsAreRefused(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{
		"app.example.com", "https://app.example.com/", "https://app.example.com/page", "https://App.example.com", "https://app.example.com:443",
		"http://app.example.com:80", "https://", "https://app.example.com:", "https://user@app.example.com", "https://app.example.com?a=1", "null", "https://*.example.com/",
	} {
		r := run(t, "serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir(), "--cors-origin", origin)
		if r.code == 0 || !strings.Contains(r.stderr, "--cors-origin") {
			t.Errorf("%q: exit code %d: %s", origin, r.code, r.stderr)
		}
	}
}

// What is dangerous and may be meant is warned of at start; what is usual is
// not.
func TestRisksAreWarnedOfAtStart(t *testing.T) {
	t.Parallel()
	ours := newIssuer(t)
	closed := keysetFile(t)
	open := filepath.Join(t.TempDir(), "open.keyset")
	key, err := os.ReadFile(closed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, key, 0o644); err != nil {
		t.Fatal(err)
	}
	start := func(arguments ...string) string {
		t.Helper()
		s := serve(t, dataDir(t), append([]string{"--jwks-file", ours.file, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "clientgraph"}, arguments...)...)
		return s.stderr.String()
	}
	warnings := []string{"--jwt-leeway", "--cors-origin", "a key file is open", "--webhooks-private-addresses"}
	log := start("--jwt-leeway", "6m", "--cors-origin", "*", "--ssn-keyset-file", open, "--webhooks-private-addresses")
	for _, warning := range warnings {
		if !strings.Contains(log, warning) {
			t.Errorf("no warning of %s: %s", warning, log)
		}
	}
	log = start("--jwt-leeway", "5m", "--cors-origin", "https://app.example.com:8443", "--cors-origin", "capacitor://localhost", "--ssn-keyset-file", closed)
	for _, warning := range warnings {
		if strings.Contains(log, warning) {
			t.Errorf("a warning of %s: %s", warning, log)
		}
	}
}
