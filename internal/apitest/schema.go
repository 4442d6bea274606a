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

// File is the path of a file of the project, by its path from the project's
// folder. Tests run in the folders of their packages, and differ in depth.
func File(t testing.TB, path string) string {
	t.Helper()
	root, err := testdb.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, filepath.FromSlash(path))
}

// Schema is what schema.graphqls says.
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

// Definition is the schema's type of that name.
func Definition(t testing.TB, name string) *ast.Definition {
	t.Helper()
	def := Schema(t).Types[name]
	if def == nil {
		t.Fatalf("the schema has no type %s", name)
	}
	return def
}

// Objects are the types of the schema that answers are made of, by name.
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

// FieldNames are the names of a type's fields, those of introspection included.
func FieldNames(def *ast.Definition) []string {
	var names []string
	for _, field := range def.Fields {
		names = append(names, field.Name)
	}
	return names
}

// IsIntrospection reports whether a field is one that every schema has without
// saying so.
func IsIntrospection(field *ast.FieldDefinition) bool { return strings.HasPrefix(field.Name, "__") }
