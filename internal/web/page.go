package web

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// cdnHost serves the files of npm packages. They are pinned by version and hash. They are
// GraphiQL 4 because that is one script; GraphiQL 5 needs workers, which browsers load
// only from the page's own host.
const cdnHost = "unpkg.com"

// resource is a script or style that the page loads.
type resource struct {
	URL string
	// Integrity is the hash that the browser checks, for files of other hosts.
	Integrity string
	Module    bool
}

// page is what differs between the page with a bundle and the page without.
type page struct {
	Bundled bool
	Scripts []resource
	Styles  []resource
}

func bundledPage(m manifest) page {
	return page{
		Bundled: true,
		Scripts: []resource{{URL: assetPrefix + m.Script, Module: true}},
		Styles:  []resource{{URL: assetPrefix + m.Style}},
	}
}

func cdnPage() page {
	const cdn = "https://" + cdnHost
	return page{
		Scripts: []resource{
			{
				URL:       cdn + "/react@18.3.1/umd/react.production.min.js",
				Integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
			},
			{
				URL:       cdn + "/react-dom@18.3.1/umd/react-dom.production.min.js",
				Integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
			},
			{
				URL:       cdn + "/graphiql@4.1.2/graphiql.min.js",
				Integrity: "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
			},
			{URL: assetPrefix + "fallback.js", Module: true},
		},
		Styles: []resource{
			{
				URL:       cdn + "/graphiql@4.1.2/graphiql.min.css",
				Integrity: "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
			},
			{URL: assetPrefix + "page.css"},
		},
	}
}

// policy returns the page's Content-Security-Policy: everything from this server, no
// inline script, and from other hosts only the named files. Monaco and GraphiQL write
// style attributes and elements, which need 'unsafe-inline'.
func (p page) policy() string {
	return strings.Join([]string{
		"default-src 'self'",
		"script-src 'self'" + foreign(p.Scripts),
		"style-src 'self' 'unsafe-inline'" + foreign(p.Styles),
		"font-src 'self' data:",
		"img-src 'self' data:",
		"connect-src 'self'",
		"worker-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func foreign(resources []resource) string {
	var b strings.Builder
	for _, r := range resources {
		if r.Integrity != "" {
			b.WriteString(" " + r.URL)
		}
	}
	return b.String()
}

// config is the configuration of the page's script, as JSON in an attribute that
// html/template escapes.
type config struct {
	Endpoint   string     `json:"endpoint"`
	Identities []Identity `json:"identities"`
	Examples   []example  `json:"examples"`
}

// render returns the page's HTML. It has no tokens unless loopback is set.
func (p page) render(o Options, loopback bool) ([]byte, error) {
	settings := config{Endpoint: o.Endpoint, Identities: []Identity{}, Examples: examples()}
	if loopback && o.Identities != nil {
		var err error
		if settings.Identities, err = o.Identities(); err != nil {
			return nil, err
		}
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = template.Must(template.ParseFS(pageFiles, "page.html")).Execute(&b, map[string]any{
		"Bundled": p.Bundled, "Scripts": p.Scripts, "Styles": p.Styles, "CDN": cdnHost, "Config": string(raw),
		"HasToken": len(settings.Identities) > 0, "TokenWithheld": o.Identities != nil && !loopback,
	})
	return b.Bytes(), err
}

func servePage(w http.ResponseWriter, r *http.Request, html []byte, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // h.Set("Cache-Control", "no-store") // It has a token.
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(html))
}
