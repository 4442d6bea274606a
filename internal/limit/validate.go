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

// MaxErrors bounds the errors of one answer: of a document that is not valid, and
// of an operation's execution. One more error says how many were left out.
const MaxErrors = 50

// maxSuggested is with how many errors a document still gets suggestions: each is
// looked for among all names of a type.
const maxSuggested = 10

// LeftOut is the error that stands at the end of an answer that leaves errors
// out. Its field `more` is how many.
func LeftOut(more int) *gqlerror.Error {
	return &gqlerror.Error{
		Message:    "further errors are left out, as many as more says; mend those above first",
		Extensions: map[string]any{"code": string(CodeTooManyErrors), "more": more},
	}
}

// Validate holds a document to the rules of GraphQL, and its operations to the
// schema. It returns the first MaxErrors errors in the document's order, of code
// GRAPHQL_VALIDATION_FAILED, and one of TOO_MANY_ERRORS where there are more; no
// others are kept while it runs. With suggest, errors may name what was meant.
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

// violations are the first errors of a document, in its order, and how many there
// are in all.
type violations struct {
	kept  gqlerror.List
	count int
}

func validate(schema *ast.Schema, document *ast.QueryDocument, all []core.Rule) *violations {
	found, observers := &violations{}, &core.Events{}
	for _, rule := range all {
		// Callers know the rule by its name in the specification.
		name := strings.TrimSuffix(rule.Name, "WithoutSuggestions")
		rule.RuleFunc(observers, func(options ...core.ErrorOption) { found.add(name, options) })
	}
	core.Walk(schema, document, observers)
	return found
}

// add keeps an error that is among the first so far.
func (v *violations) add(rule string, options []core.ErrorOption) {
	v.count++
	err := &gqlerror.Error{Rule: rule, Extensions: map[string]any{"code": string(codeInvalid)}}
	for _, option := range options {
		option(err)
	}
	at, _ := slices.BinarySearchFunc(v.kept, err, func(kept, err *gqlerror.Error) int {
		// Of two at one place the one that was found first stays first.
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

// byPlace orders errors by where they begin; those of no place come first.
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

// plainRules are all rules of GraphQL; none looks for names that are like a wrong
// one.
func plainRules() []core.Rule {
	return append(commonRules(),
		rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRuleWithoutSuggestions)
}

// suggestingRules are the same rules; they look for such names.
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

// anyJSON is the one scalar that objects and lists are values of.
const anyJSON = "JSON"

// numbersAreExact refuses a number within a JSON literal that would be rounded
// when the library reads it.
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

// scalarsAreNoObjects refuses what the library lets pass: an object where a
// scalar or an enum is due, and a list where a scalar of ours is.
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
