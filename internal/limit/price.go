package limit

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/service/reading"
)

// An operation costs a point for each field of its answer, as far as the number is known
// before: what is selected of a list counts for each entry. The size of a list is the
// argument for it (pageSize, first, last, or the ids); lists in a connection or a report
// have the size of the argument above them; any other list has listSize. The work of a
// field is added, see workDirective.
const listSize = 3

// The sizes of introspection's lists: the list of all types has their number, most types
// have a dozen fields and some a hundred, and most other lists have one entry.
const (
	introspectionFields = 24
	introspectionSize   = 8
)

// maxSize is above the size of any list: the field refuses more.
const maxSize = 10_000

// sizes are the arguments with the size of a list.
func sizes() []string { return []string{"pageSize", "first", "last"} }

// price returns the cost of a field with its measured selection.
func (m *measurer) price(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition, below measure) measure {
	if definition == nil {
		return measure{own: plus(1, plus(below.own, times(listSize, below.perEntry)))}
	}
	size, sized := m.size(field, on, definition)
	isList := definition.Type.Elem != nil
	switch {
	case isList && !sized && field.SelectionSet == nil:
		// A list of scalars is read with its record.
		return measure{own: 1}
	case isList && isIntrospection(m.schema.Types[definition.Type.Name()]):
		return measure{own: plus(1, times(m.introspectionSize(field.Name), plus(below.own, below.perEntry)))}
	case isList && sized:
		return measure{own: plus(1, times(size, entry(below)))}
	case isList:
		return measure{own: 1, perEntry: entry(below)}
	case sized:
		return measure{own: plus(1, plus(below.own, times(size, below.perEntry)))}
	}
	return measure{own: plus(1, plus(below.own, times(listSize, below.perEntry)))}
}

func (m *measurer) introspectionSize(field string) int64 {
	switch field {
	case "types":
		return int64(len(m.schema.Types))
	case "fields":
		return introspectionFields
	}
	return introspectionSize
}

// entry returns the cost of one entry of a list, which is not 0 even if nothing is
// selected of it.
func entry(below measure) int64 {
	return max(plus(below.own, times(listSize, below.perEntry)), 1)
}

// size returns the number of entries that a field is asked for: the largest of its
// arguments.
func (m *measurer) size(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition) (size int64, sized bool) {
	for _, argument := range definition.Arguments {
		if argument.Type.Elem == nil && !slices.Contains(sizes(), argument.Name) {
			continue
		}
		given := field.Arguments.ForName(argument.Name)
		var value any
		switch {
		case given != nil:
			value = m.value(given.Value)
		case argument.DefaultValue != nil && m.isRoot(on):
			// A relation's default is its maximum, not its usual size.
			value = m.value(argument.DefaultValue)
		}
		if argument.Type.Elem != nil {
			if list, isList := value.([]any); isList {
				size, sized = max(size, int64(len(list))), true
			}
			continue
		}
		if number, isNumber := integer(value); isNumber {
			size, sized = max(size, number), true
		}
	}
	if first := definition.Arguments.ForName("first"); !sized && m.isRoot(on) && first != nil && !first.Type.NonNull {
		// A connection that can be read from either end has no default in the schema.
		return reading.DefaultConnection, true
	}
	if m.ofOne && m.isRoot(on) {
		size = min(size, 1)
	}
	return min(size, maxSize), sized
}

// value returns the value of an argument, as far as a size can be read from it: a number,
// or a list, whose entries do not matter.
func (m *measurer) value(value *ast.Value) any {
	switch value.Kind {
	case ast.Variable:
		if !slices.Contains(m.numbers, value.Raw) {
			m.numbers = append(m.numbers, value.Raw)
		}
		if sent, given := m.variables[value.Raw]; given {
			return sent
		}
		if declared := m.operation.VariableDefinitions.ForName(value.Raw); declared != nil && declared.DefaultValue != nil {
			return m.value(declared.DefaultValue)
		}
	case ast.IntValue:
		return json.Number(value.Raw)
	case ast.ListValue:
		return make([]any, len(value.Children))
	}
	return nil
}

func integer(value any) (int64, bool) {
	switch v := value.(type) {
	case json.Number:
		number, err := strconv.ParseInt(v.String(), 10, 64)
		return max(number, 0), err == nil
	case int64:
		return max(v, 0), true
	case float64:
		return max(int64(v), 0), true
	}
	return 0, false
}
