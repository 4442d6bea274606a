package limit

import (
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// inputs bounds the input objects that the operation's variables hold. What
// stands in the document itself is bounded by its tokens.
func (m *measurer) inputs() *client.Error {
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
			// One value stands for a list of it.
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
	for _, variable := range m.operation.VariableDefinitions {
		walk(variable.Type, m.variables[variable.Variable])
	}
	return exceeds(CodeTooManyValues, "fields", "fields of input objects, those left out too", fields, m.shape.Inputs)
}
