package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// documentBytes bounds the text of the documents that are kept parsed, which
// take some twenty times as much. It is the operations of many front ends, or a
// few of those that somebody makes up to fill the memory.
const documentBytes = 4 << 20

// documents keeps valid documents parsed, by their text.
type documents struct {
	kept *otter.Cache[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = documents{}

func newDocuments() documents {
	return documents{otter.Must(&otter.Options[string, *ast.QueryDocument]{
		MaximumWeight: documentBytes,
		Weigher:       func(text string, _ *ast.QueryDocument) uint32 { return uint32(len(text)) }, //nolint:gosec // A document has 64 KiB.
	})}
}

// Get implements graphql.Cache.
func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return d.kept.GetIfPresent(text)
}

// Add implements graphql.Cache.
func (d documents) Add(_ context.Context, text string, document *ast.QueryDocument) {
	d.kept.Set(text, document)
}
