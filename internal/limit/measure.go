package limit

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// measure has the numbers of a selection with its fragments spread out. Numbers saturate.
type measure struct {
	depth, aliases, fields int64
	// names counts the fields at the top of the selection by their names in the answer;
	// their sum is its width.
	names map[string]int64
	// own are the points of the selection in any list; perEntry those for each entry of
	// its lists without a size of their own, which have the size of the field above, such
	// as a connection's first.
	own, perEntry int64
	// inputs is the number of fields of input objects that are read from variables.
	inputs int64
}

// add adds all numbers except names.
func (m *measure) add(other measure) {
	m.depth = max(m.depth, other.depth)
	m.aliases = plus(m.aliases, other.aliases)
	m.fields = plus(m.fields, other.fields)
	m.own = plus(m.own, other.own)
	m.perEntry = plus(m.perEntry, other.perEntry)
	m.inputs = plus(m.inputs, other.inputs)
}

func (m *measure) width() (width, repeats int64) {
	for _, times := range m.names {
		width = plus(width, times)
	}
	return width, width - int64(len(m.names))
}

// measurer measures one operation. It measures each fragment once, however often it is
// spread.
type measurer struct {
	shape     Shape
	schema    *ast.Schema
	document  *ast.QueryDocument
	operation *ast.OperationDefinition
	variables map[string]any
	// variableSizes are the fields of input objects in each variable that was counted.
	variableSizes map[string]int64
	// variableWork are the points of each variable that was counted.
	variableWork map[readVariable]int64
	// fragments are the measured fragments; nil for one that is being measured.
	fragments map[string]*measure
	spreads   int64
	// named counts the names that were copied from fragments to where they are spread:
	// the only part of the work that is not linear.
	named int64
	// introspection measures what is below __schema and __type.
	introspection measure
	// repeated says that a selection has a name twice.
	repeated bool
	// unknown counts fields that their types do not have.
	unknown int64
	// numbers are the variables that were read as a number; looked says that something
	// else was read of a variable.
	numbers []string
	looked  bool
	refused *client.Error
	// ofOne says that lists of root fields have one entry.
	ofOne bool
}

// Check measures an operation of a parsed document, which may be invalid, and returns its
// cost. Other operations, or all if operation is nil, are checked only against the bounds
// of validation, which reads the whole document. variables are as the caller sent them.
// Errors: FRAGMENT_CYCLE, QUERY_TOO_DEEP, TOO_MANY_ALIASES, TOO_MANY_ROOT_FIELDS,
// TOO_MANY_FIELDS, TOO_MANY_REPEATED_FIELDS, TOO_MANY_FRAGMENTS, TOO_MANY_DIRECTIVES,
// QUERY_TOO_COSTLY, TOO_MANY_VALUES.
func (s Shape) Check(schema *ast.Schema, document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) (cost int64, err error) {
	return newMeasurer(s, schema, document, operation, variables).check()
}

// EventCost returns the cost of a subscription's event with one entry of its list, for an
// operation that Check has accepted.
func (s Shape) EventCost(schema *ast.Schema, document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) int64 {
	m := newMeasurer(s, schema, document, operation, variables)
	m.ofOne = true
	cost, err := m.check()
	if err != nil {
		return s.Cost
	}
	return cost
}

func newMeasurer(s Shape, schema *ast.Schema, document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) *measurer {
	return &measurer{shape: s, schema: schema, document: document, operation: operation, variables: variables, variableSizes: map[string]int64{}, variableWork: map[readVariable]int64{}, fragments: map[string]*measure{}}
}

// check is Shape.Check.
func (m *measurer) check() (cost int64, err error) {
	s, document, operation := m.shape, m.document, m.operation
	if refusal := s.directives(document); refusal != nil {
		return 0, refusal
	}
	if refusal := exceeds(CodeTooManyFragments, "fragments", "fragments", int64(len(document.Fragments)), s.Fragments); refusal != nil {
		return 0, refusal
	}
	var whole measure
	if operation != nil {
		whole = m.set(operation.SelectionSet, m.root())
		m.refuse(m.inputs(whole.inputs))
	}
	roots, _ := whole.width()
	reading := m.introspection
	cost = plus(whole.own, times(listSize, whole.perEntry))
	refusal := firstOf(
		m.refused,
		m.subscription(roots),
		exceeds(CodeTooDeep, "depth", "fields within fields", whole.depth, s.Depth),
		exceeds(CodeTooDeep, "depth", "fields within fields, reading the schema", reading.depth, s.IntrospectionDepth),
		exceeds(CodeTooManyRoots, "rootFields", "fields of the operation itself", roots, s.Roots),
		exceeds(CodeTooManyAliases, "aliases", "aliases", plus(whole.aliases, reading.aliases), s.Aliases),
		s.tooManyFields(plus(whole.fields, reading.fields)),
		exceeds(CodeTooCostly, "cost", "points", cost, s.Cost),
		exceeds(CodeTooCostly, "cost", "points, reading the schema", plus(reading.own, reading.perEntry), s.IntrospectionCost))
	if refusal == nil {
		refusal = m.validation(operation)
	}
	if refusal != nil {
		return cost, refusal
	}
	return cost, nil
}

// subscription checks that a subscription has one field. Two fields with one name count
// as two.
func (m *measurer) subscription(roots int64) *client.Error {
	if m.operation == nil || m.operation.Operation != ast.Subscription || roots == 1 {
		return nil
	}
	return &client.Error{Code: codeInvalid, Message: "a subscription selects one field; subscribe to each by an operation of its own"}
}

func (s Shape) tooManyFields(fields int64) *client.Error {
	return exceeds(CodeTooManyFields, "fields", "fields, fragments spread out", fields, s.Fields)
}

// root returns the root type of the operation.
func (m *measurer) root() *ast.Definition {
	switch m.operation.Operation {
	case ast.Mutation:
		return m.schema.Mutation
	case ast.Subscription:
		return m.schema.Subscription
	}
	return m.schema.Query
}

func (m *measurer) isRoot(on *ast.Definition) bool {
	return on != nil && (on == m.schema.Query || on == m.schema.Mutation || on == m.schema.Subscription)
}

// set measures a selection on a type; nil for an unknown type.
func (m *measurer) set(selections ast.SelectionSet, on *ast.Definition) measure {
	whole := measure{names: map[string]int64{}}
	for _, selection := range selections {
		if m.refused != nil {
			return whole
		}
		switch s := selection.(type) {
		case *ast.Field:
			whole.add(m.field(s, on))
			whole.names[s.Alias]++
		case *ast.InlineFragment:
			m.spread(&whole, m.set(s.SelectionSet, m.conditioned(s.TypeCondition, on)))
		case *ast.FragmentSpread:
			m.spreads++
			m.refuse(exceeds(CodeTooManyFragments, "fragments", "spreads of fragments", m.spreads, m.shape.Fragments))
			m.spread(&whole, m.fragment(s.Name))
		}
	}
	_, repeats := whole.width()
	m.repeated = m.repeated || repeats > 0
	m.refuse(exceeds(CodeTooManyRepeats, "repeats", "fields that one selection repeats", repeats, m.shape.Repeats))
	return whole
}

// spread adds a fragment to the selection that spreads it.
func (m *measurer) spread(whole *measure, fragment measure) {
	whole.add(fragment)
	m.named = plus(m.named, int64(len(fragment.names)))
	m.refuse(exceeds(CodeTooManyFields, "fields", "fields in fragments, each time one is spread", m.named, spreadFields*m.shape.Fields))
	for name, times := range fragment.names {
		whole.names[name] = plus(whole.names[name], times)
	}
}

// maxUnknown bounds fields that their types do not have: validation may search similar
// names for each.
const maxUnknown = 100

// spreadFields bounds the fields copied from fragments, in multiples of Fields.
const spreadFields = 4

func (m *measurer) refuse(refusal *client.Error) { m.refused = firstOf(m.refused, refusal) }

func (m *measurer) conditioned(condition string, on *ast.Definition) *ast.Definition {
	if condition == "" {
		return on
	}
	return m.schema.Types[condition]
}

// fragment returns the measure of a fragment; of an unknown one nothing.
func (m *measurer) fragment(name string) measure {
	if known, seen := m.fragments[name]; seen {
		if known == nil {
			m.refuse(&client.Error{Code: CodeFragmentCycle, Message: "a fragment is spread within itself; take the spread out"})
			return measure{}
		}
		return *known
	}
	definition := m.document.Fragments.ForName(name)
	if definition == nil {
		return measure{}
	}
	m.fragments[name] = nil
	whole := m.set(definition.SelectionSet, m.schema.Types[definition.TypeCondition])
	m.fragments[name] = &whole
	return whole
}

// field measures a field of a type with its selection.
func (m *measurer) field(field *ast.Field, on *ast.Definition) measure {
	var definition *ast.FieldDefinition
	if on != nil {
		definition = on.Fields.ForName(field.Name)
		if definition == nil && !strings.HasPrefix(field.Name, "__") {
			m.unknown++
			m.refuse(exceeds(codeInvalid, "unknown", "fields that their types have not", m.unknown, maxUnknown))
		}
	}
	below := m.set(field.SelectionSet, m.typeOf(field, definition))
	whole := m.price(field, on, definition, below)
	whole.own = plus(whole.own, m.work(field, on, definition))
	whole.depth = below.depth + 1
	whole.fields = plus(below.fields, 1)
	whole.aliases = below.aliases
	whole.inputs = plus(below.inputs, m.argumentInputs(field))
	if field.Alias != field.Name {
		whole.aliases = plus(whole.aliases, 1)
	}
	if field.Name == "__schema" || field.Name == "__type" {
		m.introspection.add(whole)
		return measure{depth: 1}
	}
	return whole
}

// typeOf returns the type of a field's selection. Types do not have the meta fields.
func (m *measurer) typeOf(field *ast.Field, definition *ast.FieldDefinition) *ast.Definition {
	switch {
	case definition != nil:
		return m.schema.Types[definition.Type.Name()]
	case field.Name == "__schema":
		return m.schema.Types["__Schema"]
	case field.Name == "__type":
		return m.schema.Types["__Type"]
	}
	return nil
}

// directives bounds all directives of a document, because some rules compare each with
// each.
func (s Shape) directives(document *ast.QueryDocument) *client.Error {
	var count int64
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch v := selection.(type) {
			case *ast.Field:
				count += int64(len(v.Directives))
				walk(v.SelectionSet)
			case *ast.InlineFragment:
				count += int64(len(v.Directives))
				walk(v.SelectionSet)
			case *ast.FragmentSpread:
				count += int64(len(v.Directives))
			}
		}
	}
	for _, operation := range document.Operations {
		count += int64(len(operation.Directives))
		for _, variable := range operation.VariableDefinitions {
			count += int64(len(variable.Directives))
		}
		walk(operation.SelectionSet)
	}
	for _, fragment := range document.Fragments {
		count += int64(len(fragment.Directives))
		walk(fragment.SelectionSet)
	}
	return exceeds(CodeTooManyDirective, "directives", "directives", count, s.Directives)
}

// isIntrospection says whether a type belongs to introspection.
func isIntrospection(definition *ast.Definition) bool {
	return definition != nil && strings.HasPrefix(definition.Name, "__")
}
