package limit

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
)

// Some work doesn't show in what is selected: a count reads an index from end to
// end, a password is hashed for as long as many clients are read. The schema says
// by the directive @work how many points it is, added to those of the field: of a
// field each time it is answered, of an argument or a field of an input object
// for each value that is given, null not among them, or for so many characters of it.

// workDirective is that directive, with its arguments.
const workDirective, workPoints, workCharacters = "work", "points", "characters"

// writePoints is what every mutation costs for its transaction, history and feed.
const writePoints = 50

// stated are the points that the schema states with a definition: for each value, or,
// unless characters is 0, for each so many bytes of its text.
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

// of are the points of a value; text is its text if it has one.
func (s stated) of(text string) int64 {
	if s.characters == 0 {
		return s.points
	}
	return times(s.points, (int64(len(text))+s.characters-1)/s.characters)
}

// work are the points of a field, and of the values that it is given, added to
// those for its answer.
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

// skippedByPoint is how many entries before a page are gone past for a point.
const skippedByPoint = 20

// skipped are the points of a page for the entries before it: the database goes
// past each of them.
func (m *measurer) skipped(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition) int64 {
	page := field.Arguments.ForName("pageNumber")
	if page == nil || definition.Arguments.ForName(page.Name) == nil {
		return 0
	}
	number, _ := integer(m.value(page.Value))
	size, _ := m.size(field, on, definition)
	return times(max(number-1, 0), size) / skippedByPoint
}

// readVariable is a variable where it is read: as a value of that type, of which
// each costs so much.
type readVariable struct {
	name, typeName string
	each           stated
}

// literal are the points of a value in the document: each is what one value of
// its place costs.
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

// variable are the points of what a variable holds; each is counted once for
// every kind of place, however often it is read.
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

// sent are the points of a value as it was sent.
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

// inputField is a field of an input object; nil for what is none.
func (m *measurer) inputField(on *ast.Type, name string) *ast.FieldDefinition {
	definition := m.schema.Types[on.Name()]
	if definition == nil || definition.Kind != ast.InputObject {
		return nil
	}
	return definition.Fields.ForName(name)
}

// entryType is the type of a list's entries. One value stands for a list of it,
// and a list where none is due is refused later.
func entryType(on *ast.Type) *ast.Type {
	if on.Elem != nil {
		return on.Elem
	}
	return on
}
