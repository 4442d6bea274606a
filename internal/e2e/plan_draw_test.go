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
	fragments []fragment
	names     int
	// constant operations use no variable: they stand beside one that declares them.
	constant bool
}

// fragment is a named one; constant ones use no variable.
type fragment struct {
	name, on, text string
	constant       bool
}

// notCompared are the fields of operations whose answers differ from one time to the
// next, or whose arguments are not drawn.
var notCompared = []string{"previewImport", "duplicateClients", "tagUsage", "clientChanges", "_service", "_entities"}

// replay is a write that was made under an idempotency key, and the type of its payload.
type replay struct{ call, payload string }

// document is a document's text, and the names of its operations.
func (d *operationDrawing) document() (text string, operations []string) {
	d.variables = map[string]any{}
	if len(d.replays) > 0 && rapid.IntRange(0, 4).Draw(d.T, "replayed") == 0 {
		write := rapid.SampledFrom(d.replays).Draw(d.T, "write")
		root := d.name() + ": " + write.call + d.directive() + " " + d.selection(d.schema.Types[write.payload], 1)
		text, operations = d.text("mutation A", root), []string{"A"}
	} else {
		text, operations = d.text("query A", d.roots()), []string{"A"}
		if rapid.IntRange(0, 3).Draw(d.T, "operations") == 0 {
			d.constant, d.declared = true, nil
			text, operations = text+"\n"+d.text("query B", d.roots()), []string{"A", "B", "A"}
		}
	}
	for _, f := range d.fragments {
		text += "\nfragment " + f.name + " on " + f.on + " { " + f.text + " }"
	}
	return text, operations
}

// roots are the root fields of a query, some of them in fragments.
func (d *operationDrawing) roots() string {
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
		roots = append(roots, d.placed(d.schema.Query, rapid.SampledFrom(fields).Draw(d.T, "root"), 0, d.name()))
	}
	return strings.Join(roots, " ")
}

// text is that of an operation, with its variables.
func (d *operationDrawing) text(operation, roots string) string {
	if len(d.declared) > 0 {
		operation += " (" + strings.Join(d.declared, ", ") + ")"
	}
	return operation + " { " + roots + " }"
}

func (d *operationDrawing) name() string {
	d.names++
	return fmt.Sprintf("n%d", d.names)
}

// placed is a field that stands in a selection as it is, in a fragment, or in both with
// other selections, which belong together.
func (d *operationDrawing) placed(within *ast.Definition, field *ast.FieldDefinition, depth int, alias string) string {
	asked := d.field(field, alias)
	once := func() string { return asked + d.directive() + d.below(field, depth) }
	kind := rapid.IntRange(0, 11).Draw(d.T, "fragment")
	if kind > 3 {
		return once()
	}
	text := once()
	twice := ""
	if d.schema.Types[field.Type.Name()].IsCompositeType() && rapid.Bool().Draw(d.T, "twice") {
		twice = " " + once()
	}
	switch kind {
	case 0:
		return "... on " + within.Name + d.directive() + " { " + text + " }" + twice
	case 1:
		return text + twice
	case 2:
		for _, f := range d.fragments {
			if f.on == within.Name && (f.constant || !d.constant) && rapid.Bool().Draw(d.T, "shared") {
				return "..." + f.name + d.directive() + " " + text + twice
			}
		}
	}
	f := fragment{name: "F" + d.name(), on: within.Name, text: text, constant: !strings.Contains(text, "$")}
	for _, other := range d.fragments {
		f.constant = f.constant && (other.constant || !strings.Contains(text, "..."+other.name+" "))
	}
	d.fragments = append(d.fragments, f)
	return "..." + f.name + d.directive() + " " + twice
}

// field is a field with its arguments, without what is selected below it.
func (d *operationDrawing) field(field *ast.FieldDefinition, alias string) string {
	text := field.Name
	if alias != "" {
		text = alias + ": " + text
	}
	var arguments []string
	for _, argument := range field.Arguments {
		if value, given := d.argument(argument); given {
			arguments = append(arguments, argument.Name+": "+value)
		}
	}
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	return text
}

// below is what is selected below a field.
func (d *operationDrawing) below(field *ast.FieldDefinition, depth int) string {
	if on := d.schema.Types[field.Type.Name()]; on.IsCompositeType() {
		return " " + d.selection(on, depth+1)
	}
	return ""
}

// directive is, now and then, whether a selection counts.
func (d *operationDrawing) directive() string {
	switch kind := rapid.IntRange(0, 15).Draw(d.T, "directive"); {
	case kind == 0 && !d.constant:
		return " @include(if: " + d.variable("Boolean!", rapid.Bool().Draw(d.T, "included")) + ")"
	case kind == 1:
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
	if !d.constant && rapid.IntRange(0, 3).Draw(d.T, "variable") == 0 {
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
	text := d.placed(within, field, depth, alias)
	if within != on {
		return "... on " + within.Name + d.directive() + " { " + text + " }"
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
