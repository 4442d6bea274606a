package e2e_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// operationDrawing makes up an operation of a schema: any fields, aliases, fragments,
// directives, arguments and variables, right ones and wrong ones.
type operationDrawing struct {
	*rapid.T
	schema *ast.Schema
	// ids are those that arguments name.
	ids []string
	// replays are writes that were made before: each answers the same again.
	replays []replay

	declared  []string
	variables map[string]any
	fragments []string
	names     int
}

// notCompared are the fields of operations whose answers differ from one time to the
// next.
var notCompared = []string{"duplicateClients", "tagUsage", "clientChanges", "_service", "_entities"}

// replay is a write that was made under an idempotency key, and the type of its payload.
type replay struct{ call, payload string }

// operation is the operation's text.
func (d *operationDrawing) operation() string {
	d.variables = map[string]any{}
	if len(d.replays) > 0 && rapid.IntRange(0, 4).Draw(d.T, "replayed") == 0 {
		write := rapid.SampledFrom(d.replays).Draw(d.T, "write")
		root := d.name() + ": " + write.call + d.directive() + " " + d.selection(d.schema.Types[write.payload], 1)
		return d.text("mutation", []string{root})
	}
	return d.query()
}

func (d *operationDrawing) query() string {
	var roots []string
	for range rapid.IntRange(1, 3).Draw(d.T, "roots") {
		var fields []*ast.FieldDefinition
		for _, field := range d.schema.Query.Fields {
			if !strings.HasPrefix(field.Name, "__") && !slices.Contains(notCompared, field.Name) {
				fields = append(fields, field)
			}
		}
		if rapid.IntRange(0, 2).Draw(d.T, "any root") > 0 {
			fields = slices.DeleteFunc(fields, func(f *ast.FieldDefinition) bool {
				return !slices.Contains([]string{"Client", "ClientReport", "ClientConnection", "ClientSuggestions", "Node"}, f.Type.Name())
			})
		}
		roots = append(roots, d.field(rapid.SampledFrom(fields).Draw(d.T, "root"), 0, d.name()))
	}
	return d.text("query", roots)
}

// text is that of an operation, with its variables and fragments.
func (d *operationDrawing) text(operation string, roots []string) string {
	if len(d.declared) > 0 {
		operation += " (" + strings.Join(d.declared, ", ") + ")"
	}
	return strings.Join(append([]string{operation + " { " + strings.Join(roots, " ") + " }"}, d.fragments...), "\n")
}

func (d *operationDrawing) name() string {
	d.names++
	return fmt.Sprintf("n%d", d.names)
}

// field is a field with its arguments and what is selected below it.
func (d *operationDrawing) field(field *ast.FieldDefinition, depth int, alias string) string {
	var text strings.Builder
	if alias != "" {
		text.WriteString(alias + ": ")
	}
	text.WriteString(field.Name)
	var arguments []string
	for _, argument := range field.Arguments {
		if value, given := d.argument(argument); given {
			arguments = append(arguments, argument.Name+": "+value)
		}
	}
	if len(arguments) > 0 {
		text.WriteString("(" + strings.Join(arguments, ", ") + ")")
	}
	text.WriteString(d.directive())
	if on := d.schema.Types[field.Type.Name()]; on.IsCompositeType() {
		text.WriteString(" " + d.selection(on, depth+1))
	}
	return text.String()
}

// directive is, now and then, whether a selection counts.
func (d *operationDrawing) directive() string {
	switch rapid.IntRange(0, 15).Draw(d.T, "directive") {
	case 0:
		return " @include(if: " + d.variable("Boolean!", rapid.Bool().Draw(d.T, "included")) + ")"
	case 1:
		return rapid.SampledFrom([]string{" @skip(if: true)", " @skip(if: false)", " @include(if: false)"}).Draw(d.T, "skipped")
	}
	return ""
}

func (d *operationDrawing) variable(typed string, value any) string {
	name := "$" + d.name()
	d.declared = append(d.declared, name+": "+typed)
	d.variables[name[1:]] = value
	return name
}

// argument is a value of an argument, be it by a variable.
func (d *operationDrawing) argument(argument *ast.ArgumentDefinition) (string, bool) {
	required := argument.Type.NonNull && argument.DefaultValue == nil
	if !required && rapid.IntRange(0, 2).Draw(d.T, "left out") == 0 {
		return "", false
	}
	var literal string
	var value any
	switch name := argument.Type.Name(); {
	case argument.Type.Elem != nil && name == "ID":
		ids := rapid.SliceOfN(rapid.SampledFrom(d.ids), 1, 3).Draw(d.T, "ids")
		literal, value = `["`+strings.Join(ids, `", "`)+`"]`, ids
	case argument.Type.Elem != nil:
		return "", false
	case name == "ID":
		id := rapid.SampledFrom(d.ids).Draw(d.T, "id")
		literal, value = `"`+id+`"`, id
	case name == "Int":
		number := rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3, 20, 100_000}).Draw(d.T, "number")
		literal, value = fmt.Sprint(number), number
	case name == "Boolean":
		flag := rapid.Bool().Draw(d.T, "flag")
		literal, value = fmt.Sprint(flag), flag
	case name == "String":
		text := rapid.SampledFrom([]string{"a", "VIP", "jane", "", "jane.doe@email.com", "no cursor"}).Draw(d.T, "text")
		literal, value = `"`+text+`"`, text
	case d.schema.Types[name].Kind == ast.Enum:
		one := rapid.SampledFrom(d.schema.Types[name].EnumValues).Draw(d.T, "choice").Name
		literal, value = one, one
	case name == "ClientReportFilter":
		literal = rapid.SampledFrom([]string{"{}", "{includeDeleted: true}", `{searchTerm: "a"}`, `{tagsList: ["VIP"]}`, `{searchTerm: "nobody is called that"}`}).Draw(d.T, "filter")
		return literal, true
	default:
		return "", false
	}
	if rapid.IntRange(0, 3).Draw(d.T, "variable") == 0 {
		return d.variable(strings.TrimSuffix(argument.Type.String(), "!")+"!", value), true
	}
	return literal, true
}

const deepest = 5

// selection is a selection on a type, some of it in fragments.
func (d *operationDrawing) selection(on *ast.Definition, depth int) string {
	parts, used := []string{}, map[string]bool{}
	for range rapid.IntRange(1, 6).Draw(d.T, "fields") {
		parts = append(parts, d.part(on, depth, used))
	}
	if rapid.IntRange(0, 9).Draw(d.T, "type") == 0 {
		parts = append(parts, "__typename")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// part is one field, or a fragment of some.
func (d *operationDrawing) part(on *ast.Definition, depth int, used map[string]bool) string {
	within := on
	if on.IsAbstractType() {
		within = rapid.SampledFrom(d.schema.GetPossibleTypes(on)).Draw(d.T, "implementor")
	}
	field := d.pick(within, depth)
	if field == nil {
		return "__typename"
	}
	alias := ""
	if used[field.Name] || len(field.Arguments) > 0 || rapid.IntRange(0, 5).Draw(d.T, "alias") == 0 {
		alias = d.name()
	}
	used[field.Name] = true
	text := d.field(field, depth, alias)
	switch kind := rapid.IntRange(0, 9).Draw(d.T, "fragment"); {
	case within != on || kind == 0:
		return "... on " + within.Name + d.directive() + " { " + text + " }"
	case kind == 1:
		name := "F" + d.name()
		d.fragments = append(d.fragments, "fragment "+name+" on "+within.Name+" { "+text+" }")
		return "..." + name + d.directive()
	}
	return text
}

// pick is a field of a type; of clients often one that leads to others.
func (d *operationDrawing) pick(on *ast.Definition, depth int) *ast.FieldDefinition {
	var leaves, all []*ast.FieldDefinition
	for _, field := range on.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		all = append(all, field)
		if d.schema.Types[field.Type.Name()].IsLeafType() {
			leaves = append(leaves, field)
		}
	}
	among := rapid.IntRange(0, 4).Draw(d.T, "among")
	switch {
	case depth >= deepest && len(leaves) == 0:
		return nil
	case depth >= deepest:
		return rapid.SampledFrom(leaves).Draw(d.T, "leaf")
	case on.Name == "Client" && among == 0:
		return on.Fields.ForName(rapid.SampledFrom([]string{"viewClients", "viewByClients", "clientIdsClientCanView", "viewClientAccountIds"}).Draw(d.T, "relation"))
	case on.Name == "Client" && among == 1:
		return on.Fields.ForName(rapid.SampledFrom([]string{"fields", "fieldDataList", "fieldDataMap", "timeZone", "aliases", "mergedClients", "ssn"}).Draw(d.T, "part"))
	case on.Name == "Client" && among < 4:
		return rapid.SampledFrom(leaves).Draw(d.T, "leaf")
	}
	return rapid.SampledFrom(all).Draw(d.T, "field")
}
