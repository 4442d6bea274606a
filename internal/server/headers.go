package server

import "net/http"

// hstsPolicy holds browsers to https for a year. Other names below the host's
// are not ours to decide about.
const hstsPolicy = "max-age=31536000"

// withSecurityHeaders says with every answer what browsers must not do with it:
// guess its type, load or run anything for it, frame it, embed it, tell others
// where it was. What has a page to show, like the playground, says otherwise.
func withSecurityHeaders(hsts bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if hsts || r.TLS != nil {
			h.Set("Strict-Transport-Security", hstsPolicy)
		}
		next.ServeHTTP(w, r)
	})
}
