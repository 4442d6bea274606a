package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
)

// contentTypes are defined here because the mime package depends on the machine. Files of
// a bundle with other extensions are not served.
var contentTypes = map[string]string{
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// manifest is the bundler's list of its output: file names in dist.
type manifest struct {
	Script string `json:"script"`
	Style  string `json:"style"`
}

// readManifest returns the bundle's manifest; false if there is no complete bundle.
func readManifest(dist fs.FS) (manifest, bool) {
	var m manifest
	raw, err := fs.ReadFile(dist, "manifest.json")
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return manifest{}, false
	}
	for _, name := range []string{m.Script, m.Style} {
		if _, err := fs.Stat(dist, name); err != nil {
			return manifest{}, false
		}
	}
	return m, true
}

// asset is a file that the page loads.
type asset struct {
	files        fs.FS
	name         string
	contentType  string
	cacheControl string
	// etag is empty for files whose name has their hash.
	etag string
}

// assetList has the files by their names in requests.
type assetList map[string]asset

// sourceAssets are files that are served unchanged. Their names do not change with their
// content, so browsers revalidate them each time and get 304.
func sourceAssets() assetList {
	list := assetList{}
	files := mustSub(sourceFiles, "playground/src")
	for _, name := range fileNames(files) {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			continue
		}
		sum := sha256.Sum256(content)
		list[name] = asset{
			files: files, name: name,
			contentType:  contentTypes[path.Ext(name)],
			cacheControl: "no-cache",
			etag:         `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		}
	}
	return list
}

// addBundle adds the bundle's files. The bundler puts a hash of the content into each
// name, so browsers may cache them for ever.
func (l assetList) addBundle(dist fs.FS) {
	for _, name := range fileNames(dist) {
		if contentType, ok := contentTypes[path.Ext(name)]; ok {
			l[name] = asset{
				files: dist, name: name,
				contentType:  contentType,
				cacheControl: "public, max-age=31536000, immutable",
			}
		}
	}
}

func fileNames(files fs.FS) []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			names = append(names, entry.Name())
		}
	}
	return names
}

func (l assetList) serve(w http.ResponseWriter, r *http.Request, name string) {
	a, ok := l[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", a.cacheControl)
	if a.etag != "" {
		h.Set("ETag", a.etag)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// A worker runs under the policy of its own script, and needs nothing.
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	http.ServeFileFS(w, r, a.files, a.name)
}
