package graph

import (
	"bytes"
	"fmt"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"clientgraph/graph/generated"
	"clientgraph/internal/service"
)

// NewSchema returns the schema, resolved by the service.
func NewSchema(service *service.Service) graphql.ExecutableSchema {
	return newSchema(&Resolver{service: service}, func(schema *ast.Schema) *ast.Schema {
		return withoutFederation(withoutDefer(schema))
	})
}

// newSchema is the generated schema with what is served of it.
func newSchema(resolver *Resolver, served func(*ast.Schema) *ast.Schema) graphql.ExecutableSchema {
	config := generated.Config{
		Resolvers:  resolver,
		Directives: generated.DirectiveRoot{HiddenFrom: hiddenFrom, Permission: permission},
	}
	config.Schema = served(generated.NewExecutableSchema(config).Schema())
	return &planningSchema{generated.NewExecutableSchema(config), resolver}
}

// withoutDefer is the schema without a directive that the library adds to every
// schema and that this server does not do: answers come whole.
func withoutDefer(schema *ast.Schema) *ast.Schema {
	served := *schema
	served.Directives = maps.Clone(schema.Directives)
	delete(served.Directives, "defer")
	return &served
}

// SchemaFile is the text of schema.graphqls for tools that read schemas: each
// type once and whole, without extensions and comments.
func SchemaFile(schema *ast.Schema) (string, error) {
	document, err := schemaDocument(schema)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchemaDocument(document)
	return text.String(), nil
}

// schemaDocument is schema.graphqls with each type once and whole.
func schemaDocument(schema *ast.Schema) (*ast.SchemaDocument, error) {
	document, err := parser.ParseSchema(schema.Query.Position.Src)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	for _, extension := range document.Extensions {
		base := document.Definitions.ForName(extension.Name)
		base.Fields = append(base.Fields, extension.Fields...)
	}
	document.Extensions = nil
	return document, nil
}
