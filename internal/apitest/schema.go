package apitest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/testdb"
)

// File returns the path of a file that is given relative to the project's folder. Tests
// run in the folders of their packages.
func File(t testing.TB, path string) string {
	t.Helper()
	root, err := testdb.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, filepath.FromSlash(path))
}

// Schema returns the parsed schema.graphqls.
func Schema(t testing.TB) *ast.Schema {
	t.Helper()
	name := File(t, "schema.graphqls")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: filepath.Base(name), Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Definition returns the schema's type with that name.
func Definition(t testing.TB, name string) *ast.Definition {
	t.Helper()
	def := Schema(t).Types[name]
	if def == nil {
		t.Fatalf("the schema has no type %s", name)
	}
	return def
}

// Objects returns the schema's object types, by name.
func Objects(schema *ast.Schema) []*ast.Definition {
	var list []*ast.Definition
	for _, def := range schema.Types {
		if def.Kind == ast.Object && !def.BuiltIn {
			list = append(list, def)
		}
	}
	slices.SortFunc(list, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// FieldNames returns the names of a type's fields, including those of introspection.
func FieldNames(def *ast.Definition) []string {
	var names []string
	for _, field := range def.Fields {
		names = append(names, field.Name)
	}
	return names
}

// IsIntrospection says whether a field belongs to introspection.
func IsIntrospection(field *ast.FieldDefinition) bool { return strings.HasPrefix(field.Name, "__") }
