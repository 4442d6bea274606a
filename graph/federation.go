package graph

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"clientgraph/graph/generated"
	"clientgraph/graph/model"
	"clientgraph/graph/scalar"
	"clientgraph/internal/client"
	"clientgraph/internal/service"
	"clientgraph/internal/service/reading"
)

// The code for federation.graphqls is always generated. The schema of a server that is
// not a subgraph does not have its names. Operations are validated against the schema, so
// none can reach that code.

// federationTypes are the types in federation.graphqls. The fields that it adds to Query
// begin with one underscore.
func federationTypes() []string { return []string{"_Any", "_Entity", "_Service"} }

const entityUnion = "_Entity"

var _ generated.SubgraphResolver = (*Resolver)(nil)

// NewSubgraph is NewSchema for a server behind a router of Apollo Federation 2.
func NewSubgraph(service *service.Service) graphql.ExecutableSchema {
	return newSchema(&Resolver{service: service, sdl: subgraphSDL(generated.NewExecutableSchema(generated.Config{}).Schema())}, withoutDefer)
}

// withoutFederation returns the schema of a server that is not a subgraph.
func withoutFederation(schema *ast.Schema) *ast.Schema {
	served := *schema
	query := *schema.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(field *ast.FieldDefinition) bool {
		return strings.HasPrefix(field.Name, "_") && !strings.HasPrefix(field.Name, "__")
	})
	served.Query = &query
	served.Types, served.PossibleTypes, served.Implements = maps.Clone(schema.Types), maps.Clone(schema.PossibleTypes), maps.Clone(schema.Implements)
	served.Types[query.Name], served.PossibleTypes[query.Name] = &query, []*ast.Definition{&query}
	for _, name := range federationTypes() {
		delete(served.Types, name)
		delete(served.PossibleTypes, name)
	}
	for name, above := range served.Implements {
		served.Implements[name] = slices.DeleteFunc(slices.Clone(above), func(abstract *ast.Definition) bool { return abstract.Name == entityUnion })
	}
	return &served
}

// federationLink declares which federation directives the schema uses.
const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])

`

// subgraphSDL returns the schema for composition: with the keys of its entities, and with
// PageInfo shareable, because every API with connections has it. @oneOf is removed,
// because composition does not know it: routers accept more then, and the server refuses
// it.
func subgraphSDL(schema *ast.Schema) string {
	document, err := schemaDocument(schema)
	if err != nil {
		panic(err) // The schema was read from this text before.
	}
	for _, definition := range document.Definitions {
		definition.Directives = slices.DeleteFunc(definition.Directives, func(d *ast.Directive) bool { return d.Name == "oneOf" })
	}
	mark := func(typeName, directive string, arguments ...*ast.Argument) {
		definition := document.Definitions.ForName(typeName)
		definition.Directives = append(definition.Directives, &ast.Directive{Name: directive, Arguments: arguments})
	}
	for _, key := range entityKeys() {
		mark(client.TypeClient, "key", &ast.Argument{Name: "fields", Value: &ast.Value{Kind: ast.StringValue, Raw: key}})
	}
	mark("PageInfo", "shareable")

	text := bytes.NewBufferString(federationLink)
	formatter.NewFormatter(text, formatter.WithIndent("  ")).FormatSchemaDocument(document)
	return text.String()
}

// entityKeys are the fields with which other subgraphs identify a client.
func entityKeys() []string { return []string{"id", "clientId"} }

// Subgraph implements generated.SubgraphResolver.
func (r *Resolver) Subgraph() model.Subgraph { return model.Subgraph{SDL: r.sdl} }

// Entities implements generated.SubgraphResolver. An error of one representation is
// reported at its entry, which is null; after an error of all of them every entry is
// null, because routers need one entry for each.
func (r *Resolver) Entities(ctx context.Context, representations []any) []model.Node {
	entities := make([]model.Node, len(representations))
	if len(representations) > reading.MaxIDs {
		graphql.AddError(ctx, client.Path{"representations"}.At(client.TooMany(reading.MaxIDs)))
		return entities
	}
	ids := make([]client.ID, len(representations))
	for i, representation := range representations {
		id, err := represented(ctx, representation)
		if err != nil {
			graphql.AddError(graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i}), err)
			continue
		}
		ids[i] = id
	}
	req := requestOf(ctx)
	found, err := r.service.Nodes(ctx, req.scope, ids, selected(ctx))
	if err != nil {
		graphql.AddError(ctx, err)
		return entities
	}
	clients := make([]*client.Client, len(ids))
	for i := range found {
		clients[i] = found[i].Client
	}
	for i, c := range req.loaders.Wrap(clients) {
		entities[i] = orNull(c)
	}
	return entities
}

// represented returns the id of the client of a representation; 0 if its keys are those
// of two clients. Errors: INVALID_TYPE, INVALID_ID.
func represented(ctx context.Context, representation any) (client.ID, error) {
	object, isObject := representation.(map[string]any)
	if typeName, _ := object["__typename"].(string); !isObject || typeName != client.TypeClient {
		return client.ID{}, &client.Error{Code: client.CodeInvalidType, Message: fmt.Sprintf("a representation is an object whose __typename is %s", client.TypeClient)}
	}
	var numbers []int64
	for _, key := range entityKeys() {
		given, has := object[key]
		if !has {
			continue
		}
		id, err := scalar.UnmarshalID(ctx, given)
		if err != nil {
			return client.ID{}, err
		}
		numbers = append(numbers, id.As(client.TypeClient))
	}
	switch slices.Sort(numbers); {
	case len(numbers) == 0:
		return client.ID{}, &client.Error{Code: client.CodeInvalidType, Message: "a representation has one of the keys " + strings.Join(entityKeys(), " and ")}
	case len(slices.Compact(numbers)) > 1:
		return client.ID{}, nil
	}
	return client.ID{Number: numbers[0]}, nil
}
