package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
)

// The console's page is served for every path below consolePath, its files below
// consoleAssets.
const (
	consolePath   = "/console"
	consoleAssets = consolePath + "/assets/"
)

//go:embed all:console/dist
var consoleFiles embed.FS

// consolePolicy is the page's Content-Security-Policy: only scripts and styles of this
// server, nothing inline. Its icon is a data URL.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Identity is an identity of the sample that developers can sign in as.
type Identity struct {
	// Name is shown to people, and is unique.
	Name  string `json:"name"`
	Role  string `json:"role"`
	Token string `json:"token"`
}

// ConsoleOptions configure the console.
type ConsoleOptions struct {
	// Endpoint is the path of the GraphQL endpoint on this server, "/graphql".
	Endpoint string
	// Playground is the path of the playground; "" if there is none.
	Playground string
	// Identities makes new tokens of development identities for each page; the first one
	// is signed in. Only requests for a loopback host get them. With nil, people paste a
	// token.
	Identities func() ([]Identity, error)
}

// Console serves the console's page at "/console" and all paths below it, which the
// page's script reads. Missing assets are 404; methods other than GET and HEAD are 405.
func Console(o ConsoleOptions) http.Handler {
	return newConsole(o, mustSub(consoleFiles, "console/dist"))
}

// ConsoleBundled says whether the binary has the console.
func ConsoleBundled() bool {
	_, ok := readManifest(mustSub(consoleFiles, "console/dist"))
	return ok
}

func newConsole(o ConsoleOptions, dist fs.FS) http.Handler {
	manifest, bundled := readManifest(dist)
	assets := assetList{}
	assets.addBundle(dist)
	page := template.Must(template.ParseFS(pageFiles, "console.html"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if name, ok := strings.CutPrefix(r.URL.Path, consoleAssets); ok {
			assets.serve(w, r, name)
			return
		}
		if r.URL.Path != consolePath && !strings.HasPrefix(r.URL.Path, consolePath+"/") {
			http.NotFound(w, r)
			return
		}
		config, err := o.config(loopbackHost(r.Host))
		if err != nil {
			http.Error(w, "no tokens could be made", http.StatusInternalServerError)
			return
		}
		var html bytes.Buffer
		err = page.Execute(&html, map[string]any{
			"Bundled": bundled, "Config": config,
			"Script": consoleAssets + manifest.Script, "Style": consoleAssets + manifest.Style,
		})
		if err != nil {
			http.Error(w, "the page could not be made", http.StatusInternalServerError)
			return
		}
		servePage(w, r, html.Bytes(), consolePolicy)
	})
}

// config returns the configuration of the page's script as JSON.
func (o ConsoleOptions) config(loopback bool) (string, error) {
	settings := struct {
		Endpoint   string     `json:"endpoint"`
		Playground string     `json:"playground"`
		Identities []Identity `json:"identities"`
	}{o.Endpoint, o.Playground, []Identity{}}
	if loopback && o.Identities != nil {
		var err error
		if settings.Identities, err = o.Identities(); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(settings)
	return string(text), err
}
