package limit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"clientgraph/internal/client"
)

// MaxErrors bounds the errors of one answer, of an invalid document or of an execution.
// One more error says how many were left out.
const MaxErrors = 50

// maxSuggested is the most errors of a document with suggestions: for each, all names of
// a type are searched.
const maxSuggested = 10

// LeftOut is the last error of an answer that leaves errors out. Its extension `more` is
// their number.
func LeftOut(more int) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    "further errors are left out, their number is in more; mend the errors above first",
		Extensions: map[string]any{"code": string(CodeTooManyErrors), "more": more},
	}
}

// Validate checks a document by the rules of GraphQL, and its operations by the schema.
// It returns the first MaxErrors errors in the order of the document, with the code
// GRAPHQL_VALIDATION_FAILED, and one with TOO_MANY_ERRORS if there are more; no others
// are kept in memory. With suggest, errors may suggest names.
func Validate(schema *ast.Schema, document *ast.QueryDocument, suggest bool) gqlerror.List {
	found := validate(schema, document, plainRules())
	if suggest && found.count > 0 && found.count <= maxSuggested {
		found = validate(schema, document, suggestingRules())
	}
	if found.count == 0 {
		return nil
	}
	if more := found.count - len(found.kept); more > 0 {
		return append(found.kept, LeftOut(more))
	}
	return found.kept
}

// violations has the first errors of a document in order, and the number of all.
type violations struct {
	kept  gqlerror.List
	count int
}

func validate(schema *ast.Schema, document *ast.QueryDocument, all []core.Rule) *violations {
	found, observers := &violations{}, &core.Events{}
	for _, rule := range all {
		// Callers get the rule's name in the specification.
		name := strings.TrimSuffix(rule.Name, "WithoutSuggestions")
		rule.RuleFunc(observers, func(options ...core.ErrorOption) { found.add(name, options) })
	}
	core.Walk(schema, document, observers)
	return found
}

// add keeps an error if it is one of the first so far.
func (v *violations) add(rule string, options []core.ErrorOption) {
	v.count++
	err := &gqlerror.Error{Rule: rule, Extensions: map[string]any{"code": string(codeInvalid)}}
	for _, option := range options {
		option(err)
	}
	at, _ := slices.BinarySearchFunc(v.kept, err, func(kept, err *gqlerror.Error) int {
		// Errors at one place stay in the order in which they were found.
		return cmp.Or(byPlace(kept, err), -1)
	})
	if at == MaxErrors {
		return
	}
	if len(v.kept) == MaxErrors {
		v.kept = v.kept[:MaxErrors-1]
	}
	v.kept = slices.Insert(v.kept, at, err)
}

// byPlace compares errors by where they begin; those without a place come first.
func byPlace(a, b *gqlerror.Error) int {
	first, second := gqlerror.Location{}, gqlerror.Location{}
	if len(a.Locations) > 0 {
		first = a.Locations[0]
	}
	if len(b.Locations) > 0 {
		second = b.Locations[0]
	}
	return cmp.Or(cmp.Compare(first.Line, second.Line), cmp.Compare(first.Column, second.Column))
}

// plainRules are all rules of GraphQL, without suggestions.
func plainRules() []core.Rule {
	return append(commonRules(),
		rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRuleWithoutSuggestions)
}

// suggestingRules are the same rules with suggestions.
func suggestingRules() []core.Rule {
	return append(commonRules(),
		rules.FieldsOnCorrectTypeRule,
		rules.KnownArgumentNamesRule,
		rules.KnownTypeNamesRule,
		rules.ScalarLeafsRule,
		rules.ValuesOfCorrectTypeRule)
}

func commonRules() []core.Rule {
	return []core.Rule{
		rules.FragmentsOnCompositeTypesRule,
		rules.KnownDirectivesRule,
		rules.KnownFragmentNamesRule,
		rules.KnownRootTypeRule,
		rules.LoneAnonymousOperationRule,
		rules.MaxIntrospectionDepth,
		rules.NoFragmentCyclesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedFragmentsRule,
		rules.NoUnusedVariablesRule,
		rules.OverlappingFieldsCanBeMergedRule,
		rules.PossibleFragmentSpreadsRule,
		rules.ProvidedRequiredArgumentsRule,
		rules.SingleFieldSubscriptionsRule,
		rules.UniqueArgumentNamesRule,
		rules.UniqueDirectivesPerLocationRule,
		rules.UniqueFragmentNamesRule,
		rules.UniqueInputFieldNamesRule,
		rules.UniqueOperationNamesRule,
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.VariablesInAllowedPositionRule,
		{Name: rules.ValuesOfCorrectTypeRule.Name, RuleFunc: scalarsAreNoObjects},
		{Name: rules.ValuesOfCorrectTypeRule.Name, RuleFunc: numbersAreExact},
	}
}

// anyJSON is the only scalar with objects and lists as values.
const anyJSON = "JSON"

// numbersAreExact refuses a number in a JSON literal that the library would round.
func numbersAreExact(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Definition != nil && value.Definition.Name == anyJSON && value.ExpectedType != nil {
			eachInexact(value, func(inexact *ast.Value) {
				addError(core.Message("this number has more digits than a literal keeps; send it as a variable, or as text"), core.At(inexact.Position))
			})
		}
	})
}

func eachInexact(value *ast.Value, tell func(*ast.Value)) {
	if (value.Kind == ast.IntValue || value.Kind == ast.FloatValue) && !client.IsExact(value.Raw) {
		tell(value)
	}
	for _, child := range value.Children {
		eachInexact(child.Value, tell)
	}
}

// scalarsAreNoObjects refuses what the library accepts: an object for a scalar or an
// enum, and a list for one of our scalars.
func scalarsAreNoObjects(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		on := value.Definition
		if on == nil || value.ExpectedType == nil || on.Name == anyJSON || (on.Kind != ast.Scalar && on.Kind != ast.Enum) {
			return
		}
		known := on.Kind == ast.Enum || on.OneOf("Int", "Float", "String", "Boolean", "ID")
		object := value.Kind == ast.ObjectValue && (len(value.Children) == 0 || !known)
		list := value.Kind == ast.ListValue && value.ExpectedType.Elem == nil && !known
		if object || list {
			addError(core.Message(`Expected value of type "%s", found an object or a list.`, value.ExpectedType), core.At(value.Position))
		}
	})
}
