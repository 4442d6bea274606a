// Package web owns the pages of the server: the playground, with the scripts
// that it loads and the example operations that it opens with.
//
// The scripts are GraphiQL, bundled from npm into dist and embedded. Where dist
// is empty because nobody ran npm, the page takes GraphiQL from a CDN and says so.
package web

import (
	"embed"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// assetPrefix is where the page's own scripts, styles and fonts are served.
const assetPrefix = "/playground/assets/"

//go:embed all:dist
var distFiles embed.FS

//go:embed page.html console.html examples/*/*
var pageFiles embed.FS

// sourceFiles are served as they stand to the page without a bundle.
//
//go:embed playground/src/mount.js playground/src/asking.js playground/src/link.js playground/src/storage.js
//go:embed playground/src/fallback.js playground/src/page.css playground/src/favicon.svg
var sourceFiles embed.FS

// Options say what the page is to talk to.
type Options struct {
	// Endpoint is the path of the GraphQL endpoint on this server, "/graphql".
	Endpoint string
	// Identities makes tokens of development identities, one of a role, anew for each
	// page: people choose whose token the page sends along. They are given to
	// requests for a loopback host only. Nil: the page tells how to set an
	// Authorization header by hand.
	Identities func() ([]Identity, error)
}

// Handler serves the page at "/" and what it loads below "/playground/assets/".
// Anything else is 404; methods other than GET and HEAD are 405.
func Handler(o Options) http.Handler {
	return newHandler(o, bundle())
}

// Bundled says whether the binary holds GraphiQL itself, so that the playground
// works without the internet.
func Bundled() bool {
	_, ok := readManifest(bundle())
	return ok
}

func bundle() fs.FS { return mustSub(distFiles, "dist") }

// mustSub is for folders named in go:embed, which the compiler saw.
func mustSub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// newHandler is Handler with the bundle's files as a parameter. They are listed
// once: names that are not in the list do not exist, whatever a path looks like.
func newHandler(o Options, dist fs.FS) http.Handler {
	manifest, bundled := readManifest(dist)
	assets := sourceAssets()
	what := cdnPage()
	if bundled {
		assets.addBundle(dist)
		what = bundledPage(manifest)
	}
	policy := what.policy()

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if name, ok := strings.CutPrefix(r.URL.Path, assetPrefix); ok {
			assets.serve(w, r, name)
			return
		}
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		html, err := what.render(o, loopbackHost(r.Host))
		if err != nil {
			http.Error(w, "no tokens could be made", http.StatusInternalServerError)
			return
		}
		servePage(w, r, html, policy)
	})
}

// loopbackHost says whether a Host header names this machine. A page of another
// site whose name was made to resolve to 127.0.0.1 (DNS rebinding) has its own
// name there, and must not read the token.
func loopbackHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
