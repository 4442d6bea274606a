package e2e_test

import (
	"slices"
	"strings"
	"testing"

	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// position is a place of the schema where a caller gives a value: an argument,
// or a field of an input object within one.
type position struct {
	// parent is the type of the field that has the argument.
	parent string
	field  *gqlast.FieldDefinition
	// path is the argument, and the fields of input objects below it.
	path []string
	// leaf is the type of the value; a list's is that of its entries.
	leaf string
}

// name is the last name of the path, by which it is told what the value is.
func (p position) name() string { return p.path[len(p.path)-1] }

func (p position) String() string {
	return p.parent + "." + p.field.Name + "(" + strings.Join(p.path, ".") + ")"
}

// positions are all that the schema has, at any depth.
func positions(schema *gqlast.Schema) []position {
	var found []position
	for _, parent := range outputs(schema) {
		for _, field := range parent.Fields {
			for _, argument := range field.Arguments {
				p := position{parent: parent.Name, field: field, path: []string{argument.Name}}
				found = append(found, within(schema, p, argument.Type, nil)...)
			}
		}
	}
	return found
}

// outputs are the object types of the schema that somebody wrote, by name.
func outputs(schema *gqlast.Schema) []*gqlast.Definition {
	var found []*gqlast.Definition
	for _, definition := range schema.Types {
		if definition.Kind == gqlast.Object && !strings.HasPrefix(definition.Name, "__") {
			found = append(found, definition)
		}
	}
	slices.SortFunc(found, func(a, b *gqlast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// within are the leaves at and below a position; above are the input objects that
// it lies in, so that one which holds itself is not followed for ever.
func within(schema *gqlast.Schema, p position, of *gqlast.Type, above []string) []position {
	p.leaf = of.Name()
	definition := schema.Types[p.leaf]
	if definition.Kind != gqlast.InputObject {
		return []position{p}
	}
	if slices.Contains(above, p.leaf) {
		return nil
	}
	var found []position
	for _, field := range definition.Fields {
		below := p
		below.path = append(slices.Clone(p.path), field.Name)
		found = append(found, within(schema, below, field.Type, append(slices.Clone(above), p.leaf))...)
	}
	return found
}

// meaning is what a value at a position can be of another business's.
type meaning int

const (
	// unknown is what this file was not told of.
	unknown meaning = iota
	// plainValue names no record.
	plainValue
	idValue
	cursorValue
	keyValue
	// textValue is a text by which records are found.
	textValue
)

// textNames are those texts.
var textNames = []string{"emailAddress", "externalUserName", "tag", "tags", "tagsList", "search", "searchTerm"}

// plainNames are texts and other values that are what they are, beside the
// properties of clients.
var plainNames = []string{
	"choices", "column", "data", "dates", "delimiter", "field", "fields", "from", "fullName", "header", "label", "listSeparator", "name", "password", "phoneRegion", "propertyCode", "ssn", "to", "url", "description", "value", "values",
	"first", "last", "pageNumber", "pageSize", "version", "expectedVersion",
	// Rows of a file: TestPreviewImportFindsNoClientOfAnotherBusiness.
	"head",
}

// meant says what a value at the position can be.
func (p position) meant(schema *gqlast.Schema) meaning {
	switch name := p.name(); {
	case p.leaf == "ID":
		return idValue
	case name == "idempotencyKey":
		return keyValue
	case slices.Contains([]string{"after", "before", "since"}, name) && p.leaf == "String":
		return cursorValue
	case slices.Contains(textNames, name):
		return textValue
	case slices.Contains([]string{"Boolean", "Float", "Date", "DateTime"}, p.leaf), schema.Types[p.leaf].Kind == gqlast.Enum,
		slices.Contains(plainNames, name), client.PropertyByName(name) != nil:
		return plainValue
	}
	return unknown
}

// TestEveryInputIsKnownToTheTenancyTest: whoever adds an input says whether a
// record can be named by it.
func TestEveryInputIsKnownToTheTenancyTest(t *testing.T) {
	schema := apitest.Schema(t)
	count := map[meaning]int{}
	for _, p := range positions(schema) {
		what := p.meant(schema)
		if count[what]++; what == unknown {
			t.Errorf("can %s name a record of another business? Say so in plainNames, textNames or meant", p)
		}
	}
	t.Logf("the schema takes ids in %d places, texts that find records in %d, cursors in %d and keys in %d; plain values in %d",
		count[idValue], count[textValue], count[cursorValue], count[keyValue], count[plainValue])
}

// filler writes fields with all arguments that they need: own values of a
// tenant, but for one position.
type filler struct {
	schema *gqlast.Schema
	tenant *tenant
	// at is the path that value, a literal, is put at; empty for no position.
	at    []string
	value string
}

// call is the field with its arguments, and all that can be selected below it.
func (f *filler) call(parent string, field *gqlast.FieldDefinition) string {
	var arguments []string
	for _, argument := range field.Arguments {
		below, on := f.below(f.at, argument.Name)
		if on || argument.Type.NonNull && argument.DefaultValue == nil || forced(parent+"."+field.Name, argument.Name) {
			arguments = append(arguments, argument.Name+": "+f.literal(argument.Type, argument.Name, below, on))
		}
	}
	text := field.Name
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	return text + selectable(f.schema, field.Type, 5)
}

// below is the rest of a path after a name; on says whether it begins with it.
func (*filler) below(path []string, name string) (rest []string, on bool) {
	if len(path) == 0 || path[0] != name {
		return nil, false
	}
	return path[1:], true
}

// literal is a value of that type: the filler's own where the path ends.
func (f *filler) literal(of *gqlast.Type, name string, path []string, on bool) string {
	definition := f.schema.Types[of.Name()]
	switch {
	case of.Elem != nil && !(on && len(path) == 0 && strings.HasPrefix(f.value, "[")):
		return "[" + f.literal(of.Elem, name, path, on) + "]"
	case on && len(path) == 0:
		return f.value
	case definition.Kind != gqlast.InputObject:
		return f.tenant.given(f, name, of.Name())
	case definition.Directives.ForName("oneOf") != nil && !on:
		return f.tenant.given(f, name, of.Name())
	}
	var fields []string
	for _, field := range definition.Fields {
		below, onField := f.below(path, field.Name)
		if onField || field.Type.NonNull && field.DefaultValue == nil || forced(definition.Name, field.Name) {
			fields = append(fields, field.Name+": "+f.literal(field.Type, field.Name, below, onField))
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// forced says which values are needed though the schema does not say so.
func forced(where, name string) bool {
	return slices.Contains(map[string][]string{
		"CreateClientInput":          {"firstName", "lastName", "emailAddress"},
		"UpdateClientInput":          {"firstName", "lastName", "emailAddress"},
		"ClientPatch":                {"city"},
		"UpdateFieldDefinitionInput": {"label"},
		"UpdateBusinessInput":        {"name"},
		"UpdateWebhookInput":         {"url"},
		"Query.clientConnection":     {"first"},
	}[where], name)
}

// selectable is all that can be selected of a type without arguments, some levels
// deep; of clients it is who they are.
func selectable(schema *gqlast.Schema, of *gqlast.Type, depth int) string {
	definition := schema.Types[of.Name()]
	switch {
	case definition.IsLeafType():
		return ""
	case definition.Name == "Client":
		return " { clientId fullName emailAddress }"
	case definition.IsAbstractType():
		return " { __typename id }"
	}
	fields := []string{"__typename"}
	for _, field := range definition.Fields {
		needy := slices.ContainsFunc(field.Arguments, func(a *gqlast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
		if strings.HasPrefix(field.Name, "__") || needy || depth == 0 && !schema.Types[field.Type.Name()].IsLeafType() {
			continue
		}
		fields = append(fields, field.Name+selectable(schema, field.Type, depth-1))
	}
	return " { " + strings.Join(fields, " ") + " }"
}
