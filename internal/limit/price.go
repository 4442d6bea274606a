package limit

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/service/reading"
)

// An operation costs a point for each field that it answers, as far as that can
// be known before: what is selected of a list counts for each of its entries. A
// list has as many as the argument that sizes it says (pageSize, first, last, or
// the ids that it is of), the lists of a connection or a report as many as the
// argument above them; any other has listSize. The work behind a field comes on
// top, see workDirective.
const listSize = 3

// What a list of introspection costs: all types are as many as there
// are, most types have a dozen fields and some a hundred, and what else there is
// has mostly one entry.
const (
	introspectionFields = 24
	introspectionSize   = 8
)

// maxSize is more than any list has: who asks for more is refused by the field.
const maxSize = 10_000

// sizes are the arguments that say how many entries a list has.
func sizes() []string { return []string{"pageSize", "first", "last"} }

// price is the cost of a field, whose selection has been measured.
func (m *measurer) price(field *ast.Field, on *ast.Definition, definition *ast.FieldDefinition, below measure) measure {
	if definition == nil {
		return measure{own: plus(1, plus(below.own, times(listSize, below.perEntry)))}
	}
	size, sized := m.size(field, on, definition)
	isList := definition.Type.Elem != nil
	switch {
	case isList && !sized && field.SelectionSet == nil:
		// A list of values is read with the record that it is a part of.
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

// entry is the cost of one entry of a list, which is something even where
// nothing is selected of it.
func entry(below measure) int64 {
	return max(plus(below.own, times(listSize, below.perEntry)), 1)
}

// size is how many entries a field is asked for: the largest of what its
// arguments say.
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
			// What a relation has by default is its bound, not its size.
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
		// A connection that may be read from either end has no default in the schema.
		return reading.DefaultConnection, true
	}
	if m.ofOne && m.isRoot(on) {
		size = min(size, 1)
	}
	return min(size, maxSize), sized
}

// value is what an argument's value will be, as far as a size can be read off
// it: a number, or a list, whose entries don't matter.
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
