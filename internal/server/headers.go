package server

import (
	"net/http"
	"slices"
)

const (
	// hstsPolicy holds browsers to https for a year. Other names below the host's
	// are not ours to decide about.
	hstsPolicy = "max-age=31536000"
	// corsMaxAge is how long browsers keep the answer to a pre-flight: two hours,
	// what the strictest of them take.
	corsMaxAge = "7200"
	// corsHeaders are the request headers, beyond the simple ones, that our callers
	// send; exposedHeaders those of answers that a page may read.
	corsHeaders    = "Authorization, Content-Type, X-Request-Id"
	exposedHeaders = "Retry-After, X-Request-Id"
)

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

// withCORS lets pages of those origins call next. There are no cookies, so none
// are allowed, and a page of another origin can send nothing in anybody's name.
func withCORS(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Also to those without an origin: a cache must not give them the answer of
		// one with, or the other way round.
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" || !isAllowed(origins, origin) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", corsHeaders)
			w.Header().Set("Access-Control-Max-Age", corsMaxAge)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Access-Control-Expose-Headers", exposedHeaders)
		next.ServeHTTP(w, r)
	})
}

func isAllowed(origins []string, origin string) bool {
	return slices.Contains(origins, origin) || slices.Contains(origins, "*")
}
