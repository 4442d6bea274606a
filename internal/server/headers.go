package server

import (
	"maps"
	"net/http"
)

// hstsPolicy holds browsers to https for a year. Other names below the host's
// are not ours to decide about.
const hstsPolicy = "max-age=31536000"

// withSecurityHeaders says with every answer what browsers must not do with it:
// guess its type, load or run anything for it, frame it, embed it, tell others
// where it was. What has a page to show, like the playground, says otherwise.
func withSecurityHeaders(hsts bool, next http.Handler) http.Handler {
	// All answers share the values: nobody changes a header's value in its place.
	always := http.Header{
		"X-Content-Type-Options":       {"nosniff"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		maps.Copy(h, always)
		if hsts || r.TLS != nil {
			h.Set("Strict-Transport-Security", hstsPolicy)
		}
		next.ServeHTTP(w, r)
	})
}
