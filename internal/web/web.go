// Package web has the pages of the server: the console, and the playground with its
// example operations.
//
// The playground is GraphiQL, bundled from npm into dist and embedded. If dist is empty
// because the bundle was not built, the page loads GraphiQL from a CDN and says so.
package web

import (
	"embed"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// assetPrefix is the path of the page's own scripts, styles and fonts.
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

// Options configure the playground.
type Options struct {
	// Endpoint is the path of the GraphQL endpoint on this server, "/graphql".
	Endpoint string
	// Identities makes new tokens of development identities for each page, one for each
	// role: people choose which token the page sends. Only requests for a loopback host
	// get them. With nil, the page explains how to set an Authorization header by hand.
	Identities func() ([]Identity, error)
}

// Handler serves the page at "/" and its files below "/playground/assets/". Anything else
// is 404; methods other than GET and HEAD are 405.
func Handler(o Options) http.Handler {
	return newHandler(o, bundle())
}

// Bundled says whether the binary has GraphiQL, so that the playground works without
// internet access.
func Bundled() bool {
	_, ok := readManifest(bundle())
	return ok
}

func bundle() fs.FS { return mustSub(distFiles, "dist") }

// mustSub is for folders named in go:embed, which exist.
func mustSub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// newHandler is Handler with the bundle's files as a parameter. The files are listed
// once; other names do not exist, whatever a path looks like.
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

// loopbackHost says whether a Host header names this machine. A page of another site
// whose name resolves to 127.0.0.1 (DNS rebinding) has its own name there, and must not
// get the token.
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
