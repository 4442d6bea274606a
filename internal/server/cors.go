package server

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"clientgraph/internal/limit"
)

const (
	// corsMaxAge is how long, in seconds, browsers may keep the answer to a pre-flight:
	// two hours, the longest that all browsers accept.
	corsMaxAge = "7200"
	// corsHeaders are the request headers, besides the simple ones, that pages may send;
	// exposedHeaders the response headers that pages may read.
	corsHeaders    = "Authorization, Content-Range, Content-Type, X-Request-Id"
	exposedHeaders = "Retry-After, Upload-Complete, Upload-Offset, X-Request-Id"
	// maxOrigin is how many bytes of an origin are logged.
	maxOrigin = 200
)

// cors decides which pages may call the API. The API uses no cookies and allows none, so
// a page of another origin can't send requests as its user.
type cors struct {
	origins []string
	// loopback allows pages of this machine on any port, for developing front ends.
	loopback bool
	logger   *slog.Logger
	// warned limits the log to one line for each origin in ten minutes, warnedAll limits
	// the lines of all origins.
	warned, warnedAll *limit.Rate
}

func newCORS(o Options) *cors {
	return &cors{
		origins:   o.CORSOrigins,
		loopback:  o.LoopbackOrigins,
		logger:    o.Logger,
		warned:    limit.NewRate(limit.Budget{Burst: 1, Every: 10 * time.Minute}, time.Now),
		warnedAll: limit.NewRate(limit.Budget{Burst: 20, Every: 30 * time.Second}, time.Now),
	}
}

// guard passes requests of allowed origins on to next. A pre-flight is answered here,
// because browsers send it without the caller's token.
func (c *cors) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.loopback || len(c.origins) > 0 {
			// Also set for requests without an origin: caches must not give them an
			// answer that was made for an origin, or the reverse.
			w.Header().Add("Vary", "Origin")
		}
		origin := r.Header.Get("Origin")
		preflight := r.Method == http.MethodOptions && origin != "" && r.Header.Get("Access-Control-Request-Method") != ""
		switch {
		case origin != "" && c.allows(origin):
			w.Header().Set("Access-Control-Allow-Origin", origin)
			if !preflight {
				w.Header().Set("Access-Control-Expose-Headers", exposedHeaders)
				break
			}
			w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT")
			w.Header().Set("Access-Control-Allow-Headers", corsHeaders)
			w.Header().Set("Access-Control-Max-Age", corsMaxAge)
			w.WriteHeader(http.StatusNoContent)
			return
		case !isOwnOrigin(r):
			c.log(r, origin)
			if preflight {
				writeText(w, http.StatusForbidden, "CORS: pages of this origin may not call the API; --cors-origin names those that may")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// mayConnect says whether a page of the request's origin may open a socket.
func (c *cors) mayConnect(r *http.Request) bool {
	return isOwnOrigin(r) || c.allows(r.Header.Get("Origin"))
}

func (c *cors) allows(origin string) bool {
	return slices.Contains(c.origins, origin) || slices.Contains(c.origins, "*") || c.loopback && isLoopbackOrigin(origin)
}

// log writes the refusal into the log, because the browser does not tell the page why.
func (c *cors) log(r *http.Request, origin string) {
	origin = origin[:min(len(origin), maxOrigin)]
	if _, ok := c.warned.Take(origin); !ok {
		return
	}
	if _, ok := c.warnedAll.Take(""); !ok {
		return
	}
	c.logger.WarnContext(r.Context(), "CORS: a page of this origin may not call the API; allow it with --cors-origin", "origin", origin)
}

// isLoopbackOrigin says whether an origin is on this machine: http or https, by name or
// by address, on any port.
func isLoopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Scheme+"://"+u.Host != origin {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
