package server

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph"
)

// newSchemaFile serves the schema as one text, for tools that generate code from it. It
// changes only with the program.
func newSchemaFile(schema *ast.Schema) http.Handler {
	text, err := graph.SchemaFile(schema)
	if err != nil {
		panic(err) // The schema was read from this text before.
	}
	etag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(text)))
	})
}
