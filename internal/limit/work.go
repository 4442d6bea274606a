package limit

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
)

// Some work does not depend on the selection: a count reads an index from end to end,
// hashing a password takes as long as reading many clients. The schema's directive @work
// says how many points it costs, in addition to the field's: of a field each time it is
// answered; of an argument or a field of an input object for each value except null, or
// for so many characters of it.

// workDirective is the name of the directive, with its arguments.
const workDirective, workPoints, workCharacters = "work", "points", "characters"

// writePoints is the cost of every mutation for its transaction, history and feed.
const writePoints = 50

// stated are the points of a definition's directive: for each value or, unless characters
// is 0, for that many bytes of its text.
type stated struct{ points, characters int64 }

func statedBy(directives ast.DirectiveList) stated {
	directive := directives.ForName(workDirective)
	if directive == nil {
		return stated{}
	}
	number := func(name string) int64 {
		argument := directive.Arguments.ForName(name)
		if argument == nil {
			return 0
		}
		number, _ := integer(json.Number(argument.Value.Raw))
		return number
	}
	return stated{number(workPoints), number(workCharacters)}
}

// of returns the points of a value; text is its text if it has one.
func (s stated) of(text string) int64 {
	if s.characters == 0 {
		return s.points
	}
	return times(s.points, (int64(len(text))+s.characters-1)/s.characters)
}

// work returns the points of a field's work, and of the values in its arguments.
func (m *measurer) work(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition) int64 {
	if definition == nil {
		return 0
	}
	points := statedBy(definition.Directives).points
	if on == m.schema.Mutation {
		points += writePoints
	}
	points = plus(points, m.skipped(field, on, definition))
	for _, given := range field.Arguments {
		if argument := definition.Arguments.ForName(given.Name); argument != nil {
			points = plus(points, m.literal(statedBy(argument.Directives), argument.Type, given.Value))
		}
	}
	return points
}

// skippedByPoint is how many entries before a page are skipped for one point.
const skippedByPoint = 20

// skipped returns the points of a page for the entries before it, which the database
// skips one by one.
func (m *measurer) skipped(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition) int64 {
	page := field.Arguments.ForName("pageNumber")
	if page == nil || definition.Arguments.ForName(page.Name) == nil {
		return 0
	}
	number, _ := integer(m.value(page.Value))
	size, _ := m.size(field, on, definition)
	return times(max(number-1, 0), size) / skippedByPoint
}

// readVariable identifies the use of a variable: the type that it is read as, and the
// points for each value.
type readVariable struct {
	name, typeName string
	each           stated
}

// literal returns the points of a value in the document, with those of each value at its
// place.
func (m *measurer) literal(each stated, on *ast.Type, value *ast.Value) int64 {
	switch value.Kind {
	case ast.NullValue:
		return 0
	case ast.Variable:
		return m.variable(each, on, value.Raw)
	case ast.ListValue:
		var points int64
		for _, child := range value.Children {
			points = plus(points, m.literal(each, entryType(on), child.Value))
		}
		return points
	case ast.ObjectValue:
		points := each.points
		for _, child := range value.Children {
			if field := m.inputField(on, child.Name); field != nil {
				points = plus(points, m.literal(statedBy(field.Directives), field.Type, child.Value))
			}
		}
		return points
	}
	return each.of(value.Raw)
}

// variable returns the points of a variable's value. They are computed once for each kind
// of use.
func (m *measurer) variable(each stated, on *ast.Type, name string) int64 {
	read := readVariable{name, on.Name(), each}
	if points, known := m.variableWork[read]; known {
		return points
	}
	if each == (stated{}) && !m.isInput(on) {
		return 0
	}
	m.looked = true
	var points int64
	if sent, given := m.variables[name]; given {
		points = m.sent(each, on, sent)
	} else if declared := m.operation.VariableDefinitions.ForName(name); declared != nil && declared.DefaultValue != nil && declared.DefaultValue.Kind != ast.Variable {
		points = m.literal(each, on, declared.DefaultValue)
	}
	m.variableWork[read] = points
	return points
}

// sent returns the points of a value in variables.
func (m *measurer) sent(each stated, on *ast.Type, value any) int64 {
	switch value := value.(type) {
	case nil:
		return 0
	case []any:
		var points int64
		for _, entry := range value {
			points = plus(points, m.sent(each, entryType(on), entry))
		}
		return points
	case map[string]any:
		points := each.points
		for name, given := range value {
			if field := m.inputField(on, name); field != nil {
				points = plus(points, m.sent(statedBy(field.Directives), field.Type, given))
			}
		}
		return points
	case string:
		return each.of(value)
	}
	return each.points
}

// inputField returns a field of an input object; nil if there is none.
func (m *measurer) inputField(on *ast.Type, name string) *ast.FieldDefinition {
	definition := m.schema.Types[on.Name()]
	if definition == nil || definition.Kind != ast.InputObject {
		return nil
	}
	return definition.Fields.ForName(name)
}

// entryType returns the type of a list's entries. A single value stands for a list with
// it; validation refuses unexpected lists.
func entryType(on *ast.Type) *ast.Type {
	if on.Elem != nil {
		return on.Elem
	}
	return on
}
