package app

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"clientgraph/internal/config"
	"clientgraph/internal/devdb"
)

// longLeeway is more than the clocks of machines with network time differ.
const longLeeway = 5 * time.Minute

// forOthers are a file's permissions for users other than its owner.
const forOthers fs.FileMode = 0o077

// checkOrigins refuses origins that no browser sends: their pages would be refused
// without an obvious reason.
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		if origin != "*" && !isOrigin(origin) {
			return &devdb.UserError{Message: fmt.Sprintf("--cors-origin %q is not an origin: give scheme and host as in a browser's address bar, with the port if it has one and without a path, such as https://app.example.com", origin)}
		}
	}
	return nil
}

// isOrigin says whether a text is an origin as browsers send it: in lower case, and
// without the scheme's default port.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return false
	}
	usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return text == u.Scheme+"://"+u.Host && text == strings.ToLower(text) && !strings.HasSuffix(text, ":") && (u.Port() == "" || u.Port() != usual)
}

// warnOfRisks logs settings that are allowed but dangerous.
func warnOfRisks(cfg config.Serve, logger *slog.Logger) {
	if cfg.JWTLeeway > longLeeway {
		logger.Warn("tokens are accepted long after they have expired: set --jwt-leeway to seconds", "leeway", cfg.JWTLeeway.String())
	}
	if slices.Contains(cfg.CORSOrigin, "*") && !cfg.Development() {
		logger.Warn("pages of every origin may call the API: name those of your own with --cors-origin")
	}
	if cfg.PrivateHooks && !cfg.Development() {
		logger.Warn("webhooks may call addresses in this server's own network: leave --webhooks-private-addresses out unless receivers are there")
	}
	for _, key := range []struct{ flag, file string }{{"--ssn-keyset-file", cfg.SSNKeysetFile}, {"--tls-key", cfg.TLSKey}} {
		if key.file == "" || runtime.GOOS == "windows" {
			continue
		}
		// The reader of a missing file reports it.
		if info, err := os.Stat(key.file); err == nil && info.Mode().Perm()&forOthers != 0 {
			logger.Warn("a key file is open to other users of this machine: run chmod 600 on it", "flag", key.flag, "file", key.file, "mode", fmt.Sprintf("%04o", info.Mode().Perm()))
		}
	}
}
