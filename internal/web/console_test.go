package web

import (
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func builtConsole() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":      {},
		"manifest.json": {Data: []byte(`{"script": "main-AB12.js", "style": "style-CD34.css"}`)},
		"main-AB12.js":  {Data: []byte("script")}, "style-CD34.css": {Data: []byte("style")},
	}
}

func someIdentities() ([]Identity, error) {
	return []Identity{{Name: `Ann "the" <b>`, Role: "OWNER", Token: "secret-token"}}, nil
}

// consoleIdentities are those that the page tells its script.
func consoleIdentities(t *testing.T, body string) []Identity {
	t.Helper()
	found := regexp.MustCompile(`data-config="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no data-config in %s", body)
	}
	var told struct{ Identities []Identity }
	if err := json.Unmarshal([]byte(html.UnescapeString(found[1])), &told); err != nil {
		t.Fatal(err)
	}
	return told.Identities
}

func TestConsolePageIsEveryPathBelowItsOwn(t *testing.T) {
	h := newConsole(ConsoleOptions{Endpoint: "/graphql"}, builtConsole())
	for path, want := range map[string]int{
		"/console": 200, "/console/": 200, "/console/clients": 200, "/console/clients/5?tab=history": 200,
		"/console/assets/main-AB12.js": 200, "/console/assets/style-CD34.css": 200,
		"/console/assets/nothing.js": 404, "/console/assets/manifest.json": 404, "/console/assets/../console.html": 404,
		"/consoles": 404, "/": 404,
	} {
		if got := request(h, http.MethodGet, path); got.Code != want {
			t.Errorf("%s is answered with %d, want %d", path, got.Code, want)
		}
	}
	if got := request(h, http.MethodPost, "/console"); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST is answered with %d", got.Code)
	}
}

func TestConsolePageRunsNothingInline(t *testing.T) {
	w := request(newConsole(ConsoleOptions{Endpoint: "/graphql", Identities: someIdentities}, builtConsole()), http.MethodGet, "/console")
	directives := policyOf(w.Header())
	for name, want := range map[string]string{
		"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
		"object-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
	} {
		if got := directives[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	body := w.Body.String()
	if found := regexp.MustCompile(`<style|<[a-z][^>]* (on\w+|style)=|<script[^>]*>[^<]`).FindString(body); found != "" {
		t.Errorf("the page has %s", found)
	}
	if got := consoleIdentities(t, body); len(got) != 1 || got[0].Name != `Ann "the" <b>` {
		t.Errorf("the page tells of %v", got)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("a page that holds tokens may be stored")
	}
}

// A foreign site can point its own name at 127.0.0.1 and read this page as its own.
func TestConsoleTokensGoToLoopbackHostsOnly(t *testing.T) {
	h := newConsole(ConsoleOptions{Endpoint: "/graphql", Identities: someIdentities}, builtConsole())
	for host, want := range map[string]int{"127.0.0.1:8080": 1, "localhost": 1, "[::1]:8080": 1, "evil.example:8080": 0, "10.0.0.1": 0, "": 0} {
		r := httptest.NewRequest(http.MethodGet, "/console", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := len(consoleIdentities(t, w.Body.String())); got != want {
			t.Errorf("host %q is told of %d identities, want %d", host, got, want)
		}
	}
}

func TestConsoleWithoutTokensIsNoPage(t *testing.T) {
	failing := func() ([]Identity, error) { return nil, errors.New("no key") }
	w := request(newConsole(ConsoleOptions{Identities: failing}, builtConsole()), http.MethodGet, "/console")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "no key") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestUnbuiltConsoleSaysHowToBuildIt(t *testing.T) {
	w := request(newConsole(ConsoleOptions{Endpoint: "/graphql", Identities: someIdentities}, unbuiltDist()), http.MethodGet, "/console")
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "make console") || strings.Contains(body, "<script") || strings.Contains(body, "secret-token") {
		t.Errorf("%d %s", w.Code, body)
	}
}
