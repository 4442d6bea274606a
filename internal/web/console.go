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

// The console's page is every path below consolePath; what it loads is below
// consoleAssets.
const (
	consolePath   = "/console"
	consoleAssets = consolePath + "/assets/"
)

//go:embed all:console/dist
var consoleFiles embed.FS

// consolePolicy is the page's Content-Security-Policy: its own script and style,
// nothing inline, nothing of others. Its icon is a data address.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Identity is somebody of the sample whom a developer can sign in as.
type Identity struct {
	// Name is for people; no two of them share one.
	Name  string `json:"name"`
	Role  string `json:"role"`
	Token string `json:"token"`
}

// ConsoleOptions say what the console is to talk to.
type ConsoleOptions struct {
	// Endpoint is the path of the GraphQL endpoint on this server, "/graphql".
	Endpoint string
	// Playground is the path of the playground, "" where there is none.
	Playground string
	// Identities makes tokens of development identities, anew for each page, the
	// first of them signed in by itself. They are given to requests for a loopback
	// host only. Nil: people paste a token.
	Identities func() ([]Identity, error)
}

// Console serves the console's page at "/console" and below, whatever the rest of
// the path: the page's script reads it. Assets that do not exist are 404; methods
// other than GET and HEAD are 405.
func Console(o ConsoleOptions) http.Handler {
	return newConsole(o, mustSub(consoleFiles, "console/dist"))
}

// ConsoleBundled says whether the binary holds the console.
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

// config is what the page's script is told, as JSON.
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
