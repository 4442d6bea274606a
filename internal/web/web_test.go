package web

import (
	"encoding/json"
	"errors"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// builtDist is a bundle as build.mjs leaves it, smaller.
func builtDist() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":            {},
		"manifest.json":       {Data: []byte(`{"script":"main-AB12.js","style":"main-CD34.css"}`)},
		"main-AB12.js":        {Data: []byte("script")},
		"main-CD34.css":       {Data: []byte("style")},
		"json.worker-EF56.js": {Data: []byte("worker")},
		"codicon-12AB.ttf":    {Data: []byte("font")},
		"font-34CD.woff2":     {Data: []byte("font")},
		"main-AB12.js.map":    {Data: []byte("map")},
	}
}

// unbuiltDist is what git holds of dist.
func unbuiltDist() fstest.MapFS { return fstest.MapFS{".gitkeep": {}} }

// tokenOf is who has that token.
func tokenOf(token string) func() ([]Identity, error) {
	return func() ([]Identity, error) { return []Identity{{Name: "Ann", Role: "OWNER", Token: token}}, nil }
}

// eachPage runs the test on the page with a bundle and on the one without.
func eachPage(t *testing.T, test func(t *testing.T, dist fs.FS)) {
	t.Run("bundled", func(t *testing.T) { test(t, builtDist()) })
	t.Run("cdn", func(t *testing.T) { test(t, unbuiltDist()) })
}

func request(h http.Handler, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = path // As a mux hands it over, escapes already decoded.
	r.Host = "127.0.0.1:8080"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// pageConfig reads the page's data-config attribute as a browser would.
func pageConfig(t *testing.T, body string) config {
	t.Helper()
	found := regexp.MustCompile(`data-config="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no data-config in %s", body)
	}
	var c config
	if err := json.Unmarshal([]byte(html.UnescapeString(found[1])), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPageEscapesToken(t *testing.T) {
	const token = `"></div><script>alert('x')</script><b a='&amp;`
	eachPage(t, func(t *testing.T, dist fs.FS) {
		w := request(newHandler(Options{Endpoint: "/graphql", Identities: tokenOf(token)}, dist), http.MethodGet, "/")
		body := w.Body.String()
		if strings.Contains(body, "<script>") || strings.Contains(body, "alert('x')") {
			t.Errorf("the token got into the markup: %s", body)
		}
		got := pageConfig(t, body)
		if got.Endpoint != "/graphql" || len(got.Identities) != 1 || got.Identities[0].Token != token || len(got.Examples) != len(examples()) {
			t.Errorf("the page is told %+v", got)
		}
	})
}

func TestPageHeadersKeepItPrivateAndUnframed(t *testing.T) {
	eachPage(t, func(t *testing.T, dist fs.FS) {
		h := request(newHandler(Options{Endpoint: "/graphql", Identities: tokenOf("secret")}, dist), http.MethodGet, "/").Header()
		for name, want := range map[string]string{
			"Content-Type":           "text/html; charset=utf-8",
			"Cache-Control":          "no-store",
			"X-Content-Type-Options": "nosniff",
			"X-Frame-Options":        "DENY",
			"Referrer-Policy":        "no-referrer",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		directives := policyOf(h)
		for name, want := range map[string]string{
			"default-src":     "'self'",
			"connect-src":     "'self'",
			"worker-src":      "'self'",
			"object-src":      "'none'",
			"base-uri":        "'none'",
			"frame-ancestors": "'none'",
		} {
			if got := directives[name]; got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if script := directives["script-src"]; !strings.HasPrefix(script, "'self'") || strings.Contains(script, "unsafe") {
			t.Errorf("script-src is %q", script)
		}
	})
}

func policyOf(h http.Header) map[string]string {
	directives := map[string]string{}
	for part := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		directives[name] = value
	}
	return directives
}

// Whatever runs is a file that the policy lets run, and of another host only
// with its version and hash.
func TestPageLoadsOnlyWhatItsPolicyAllows(t *testing.T) {
	tags := regexp.MustCompile(`<(script|link rel="stylesheet")[^>]*>`)
	source := regexp.MustCompile(`(?:src|href)="([^"]+)"`)
	pinned := regexp.MustCompile(`^https://unpkg\.com/[a-z-]+@\d+\.\d+\.\d+/`)
	hashed := regexp.MustCompile(` integrity="sha384-[^"]{64,}" crossorigin="anonymous"`)
	eachPage(t, func(t *testing.T, dist fs.FS) {
		handler := newHandler(Options{Endpoint: "/graphql"}, dist)
		w := request(handler, http.MethodGet, "/")
		body, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
		if strings.Contains(body, "<style") || regexp.MustCompile(`<[^>]* (on\w+|style)=`).MatchString(body) {
			t.Error("the page has inline styles or handlers")
		}
		if got := regexp.MustCompile(`<script[^>]*>[^<]`).FindString(body); got != "" {
			t.Errorf("inline script: %s", got)
		}
		for _, tag := range tags.FindAllString(body, -1) {
			found := source.FindStringSubmatch(tag)
			if found == nil {
				t.Errorf("%s has no address", tag)
				continue
			}
			address := found[1]
			if name, ours := strings.CutPrefix(address, "/"); ours {
				if got := request(handler, http.MethodGet, "/"+name); got.Code != http.StatusOK {
					t.Errorf("%s is answered with %d", address, got.Code)
				}
				continue
			}
			if !pinned.MatchString(address) || !hashed.MatchString(tag) {
				t.Errorf("%s is not pinned by version and hash", tag)
			}
			if !strings.Contains(policy, " "+address) {
				t.Errorf("the policy does not name %s", address)
			}
		}
	})
}

func TestPageWithoutBundleSaysSo(t *testing.T) {
	const notice = "This playground comes from a CDN"
	o := Options{Endpoint: "/graphql", Identities: tokenOf("secret")}
	unbuilt := request(newHandler(o, unbuiltDist()), http.MethodGet, "/").Body.String()
	if !strings.Contains(unbuilt, notice) || !strings.Contains(unbuilt, "npm run build") {
		t.Errorf("the page from the CDN does not say so, or not what to do: %s", unbuilt)
	}
	built := request(newHandler(o, builtDist()), http.MethodGet, "/").Body.String()
	if strings.Contains(built, notice) || strings.Contains(built, cdnHost) {
		t.Errorf("the bundled page speaks of the CDN: %s", built)
	}
}

// A build that was cut short leaves no manifest, or one whose files are missing.
func TestPartialBundleIsNone(t *testing.T) {
	for _, missing := range []string{"manifest.json", "main-AB12.js", "main-CD34.css"} {
		dist := builtDist()
		delete(dist, missing)
		if _, ok := readManifest(dist); ok {
			t.Errorf("a bundle without %s counts as one", missing)
		}
	}
	if _, ok := readManifest(fstest.MapFS{"manifest.json": {Data: []byte("{}")}}); ok {
		t.Error("a manifest that names nothing counts as a bundle")
	}
	if _, ok := readManifest(builtDist()); !ok {
		t.Error("a whole bundle does not count as one")
	}
}

func TestPageWithoutTokenTellsHowToSetOne(t *testing.T) {
	eachPage(t, func(t *testing.T, dist fs.FS) {
		body := request(newHandler(Options{Endpoint: "/graphql"}, dist), http.MethodGet, "/").Body.String()
		if !strings.Contains(body, "Authorization") || !strings.Contains(body, "Bearer") {
			t.Errorf("no word of the header: %s", body)
		}
	})
}

func TestPageWithoutTokensIsNoPage(t *testing.T) {
	failing := func() ([]Identity, error) { return nil, errors.New("no key") }
	w := request(newHandler(Options{Identities: failing}, builtDist()), http.MethodGet, "/")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "no key") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A foreign site can point its own name at 127.0.0.1 and read this page as its own.
func TestTokenGoesToLoopbackHostsOnly(t *testing.T) {
	h := newHandler(Options{Endpoint: "/graphql", Identities: tokenOf("secret-token")}, builtDist())
	for host, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.1.2.3": true, "localhost:8080": true, "LOCALHOST": true,
		"localhost.:80": true, "app.localhost:1": true, "[::1]:8080": true, "[::1]": true,
		"evil.example:8080": false, "localhost.evil.example": false, "127.0.0.1.evil.example:80": false,
		"notlocalhost": false, "10.0.0.1:8080": false, "0.0.0.0:8080": false, "": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := strings.Contains(w.Body.String(), "secret-token"); got != want {
			t.Errorf("Host %q gets the token: %v, want %v", host, got, want)
		}
		if got := strings.Contains(w.Body.String(), "No token."); got == want {
			t.Errorf("Host %q is told of no token: %v", host, got)
		}
	}
}

func TestAssetsHaveTheirTypesAndLifetimes(t *testing.T) {
	h := newHandler(Options{}, builtDist())
	for name, want := range map[string]string{
		"main-AB12.js":        "text/javascript; charset=utf-8",
		"json.worker-EF56.js": "text/javascript; charset=utf-8",
		"main-CD34.css":       "text/css; charset=utf-8",
		"codicon-12AB.ttf":    "font/ttf",
		"font-34CD.woff2":     "font/woff2",
		"favicon.svg":         "image/svg+xml",
		"mount.js":            "text/javascript; charset=utf-8",
		"asking.js":           "text/javascript; charset=utf-8",
		"link.js":             "text/javascript; charset=utf-8",
		"storage.js":          "text/javascript; charset=utf-8",
	} {
		w := request(h, http.MethodGet, assetPrefix+name)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if w.Body.Len() == 0 {
			t.Errorf("%s is empty", name)
		}
		hashed := strings.Contains(name, "-")
		if immutable := strings.Contains(w.Header().Get("Cache-Control"), "immutable"); immutable != hashed {
			t.Errorf("%s: Cache-Control %q", name, w.Header().Get("Cache-Control"))
		}
	}
}

func TestUnhashedAssetIsNotSentAgain(t *testing.T) {
	h := newHandler(Options{}, unbuiltDist())
	first := request(h, http.MethodGet, assetPrefix+"fallback.js")
	r := httptest.NewRequest(http.MethodGet, assetPrefix+"fallback.js", nil)
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	h := newHandler(Options{}, builtDist())
	for _, path := range []string{
		"/nothing", "/index.html", "/playground", "/playground/assets", assetPrefix, assetPrefix + "nothing.js",
		assetPrefix + "../page.html", assetPrefix + "../../web.go", assetPrefix + "..", assetPrefix + ".",
		assetPrefix + "/etc/passwd", assetPrefix + "./main-AB12.js", assetPrefix + "x/../main-AB12.js",
		assetPrefix + `..\page.html`, assetPrefix + "main-AB12.js\x00",
		// In the bundle, and nobody's business.
		assetPrefix + ".gitkeep", assetPrefix + "manifest.json", assetPrefix + "main-AB12.js.map",
	} {
		if w := request(h, http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%q is answered with %d", path, w.Code)
		}
	}
}

func TestOnlyReadingMethodsAreAllowed(t *testing.T) {
	h := newHandler(Options{}, builtDist())
	if w := request(h, http.MethodPost, "/"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := request(h, http.MethodHead, "/"); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
}

// The embedded folder is served, be it built or not.
func TestHandlerServesTheEmbeddedBundle(t *testing.T) {
	body := request(Handler(Options{Endpoint: "/graphql"}), http.MethodGet, "/").Body.String()
	if strings.Contains(body, cdnHost) == Bundled() {
		t.Errorf("bundled is %v, and the page: %s", Bundled(), body)
	}
}
