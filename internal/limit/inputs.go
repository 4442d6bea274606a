package limit

import (
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// inputs bounds the fields of input objects in the operation's variables, for each time
// that arguments read them, and at least once, because they are validated. Objects in the
// document itself are bounded by its tokens.
func (m *measurer) inputs(read int64) *client.Error {
	var once int64
	for _, variable := range m.operation.VariableDefinitions {
		once = plus(once, m.variableInputs(variable.Variable))
	}
	return exceeds(CodeTooManyValues, "fields", "fields of input objects, those left out too, each time a variable is read", max(once, read), m.shape.Inputs)
}

// argumentInputs returns the fields of input objects that a field's arguments read from
// variables; each place that uses a variable reads it again.
func (m *measurer) argumentInputs(field *ast.Field) int64 {
	var fields int64
	var walk func(*ast.Value)
	walk = func(value *ast.Value) {
		if value.Kind == ast.Variable {
			fields = plus(fields, m.variableInputs(value.Raw))
		}
		for _, child := range value.Children {
			walk(child.Value)
		}
	}
	for _, argument := range field.Arguments {
		walk(argument.Value)
	}
	return fields
}

// variableInputs returns the fields of input objects in a variable. Counting stops above
// the bound.
func (m *measurer) variableInputs(name string) int64 {
	if known, seen := m.variableSizes[name]; seen {
		return known
	}
	declared := m.operation.VariableDefinitions.ForName(name)
	if declared == nil {
		return 0
	}
	if !m.isInput(declared.Type) {
		return 0
	}
	m.looked = true
	value, given := m.variables[name]
	if !given {
		// Validation reports unreadable values.
		value, _ = declared.DefaultValue.Value(nil)
	}
	var fields int64
	var walk func(*ast.Type, any)
	walk = func(on *ast.Type, value any) {
		list, isList := value.([]any)
		switch {
		case fields > m.shape.Inputs:
		case on.Elem != nil && isList:
			for _, entry := range list {
				walk(on.Elem, entry)
			}
		case on.Elem != nil:
			// A single value stands for a list with it.
			walk(on.Elem, value)
		default:
			object, isObject := value.(map[string]any)
			definition := m.schema.Types[on.NamedType]
			if !isObject || definition == nil || definition.Kind != ast.InputObject {
				return
			}
			fields = plus(fields, int64(len(definition.Fields)))
			for _, field := range definition.Fields {
				if given, named := object[field.Name]; named {
					walk(field.Type, given)
				}
			}
		}
	}
	walk(declared.Type, value)
	m.variableSizes[name] = fields
	return fields
}

// isInput says whether a type is an input object or a list of them.
func (m *measurer) isInput(on *ast.Type) bool {
	definition := m.schema.Types[on.Name()]
	return definition != nil && definition.Kind == ast.InputObject
}
