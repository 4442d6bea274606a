package limit

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// textOf is the value of the argument text of a document's first field.
func textOf(t *testing.T, document string) string {
	t.Helper()
	parsed, err := Parse(document)
	if err != nil {
		t.Fatalf("%q: %v", document, err)
	}
	return parsed.Operations[0].SelectionSet[0].(*ast.Field).Arguments.ForName("text").Value.Raw
}

func TestBlockStringsAreThoseOfTheSpecification(t *testing.T) {
	for raw, want := range map[string]string{
		// The example of the specification, 2.9.4.
		"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  ": "Hello,\n  World!\n\nYours,\n  GraphQL.",
		// Its first line does not count in the common indent.
		"Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  ": "Hello,\n  World!\n\nYours,\n  GraphQL.",
		"one\n    two\n    three":                                "one\ntwo\nthree",
		"  one\n    two":                                         "  one\ntwo",
		"one\n\ttwo\n\t\tthree":                                  "one\ntwo\n\tthree",
		"one\n \ttwo\n  three":                                   "one\ntwo\nthree",
		"one\r\n  two\r  three":                                  "one\ntwo\nthree",
		"\n\n  one\n\n":                                          "one",
		"one\n   \n  two":                                        "one\n \ntwo",
		"one\n \n  two":                                          "one\n\ntwo",
		"one\ntwo\n  three":                                      "one\ntwo\n  three",
		"":                                                       "",
		"   ":                                                    "",
		" \n \t\n":                                               "",
		"one":                                                    "one",
		"  one  ":                                                "  one  ",
		"say \\\"\"\"\n    twice\\n":                             "say \"\"\"\ntwice\\n",
		"äöü 山\n    two":                                         "äöü 山\ntwo",
		"one\n\u00a0\u00a0two":                                   "one\n\u00a0\u00a0two",
		"one\n    \"quoted\" \n    x":                            "one\n\"quoted\" \nx",
	} {
		document := "# ä comment\n{ field(text: \"\"\"" + raw + "\"\"\") }"
		if got := textOf(t, document); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
}

// Wherever a value may stand.
func TestBlockStringsAreReadEverywhere(t *testing.T) {
	const block = "\"\"\"a\n      b\"\"\""
	document := strings.ReplaceAll(`query ($v: S = BLOCK @d(x: BLOCK)) @d(x: BLOCK) {
		f(text: BLOCK, list: [BLOCK, {deep: BLOCK}]) @d(x: BLOCK) { g(x: BLOCK) }
		... on T @d(x: BLOCK) { h(x: BLOCK) }
		... F @d(x: BLOCK)
	}
	fragment F on T @d(x: BLOCK) { i(x: BLOCK) }`, "BLOCK", block)
	parsed, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	var look func(value *ast.Value)
	look = func(value *ast.Value) {
		if value.Kind == ast.BlockValue {
			if found++; value.Raw != "a\nb" {
				t.Errorf("line %d: %q", value.Position.Line, value.Raw)
			}
		}
		for _, child := range value.Children {
			look(child.Value)
		}
	}
	directives := func(list ast.DirectiveList) {
		for _, directive := range list {
			look(directive.Arguments[0].Value)
		}
	}
	operation, fragment := parsed.Operations[0], parsed.Fragments[0]
	field, inline := operation.SelectionSet[0].(*ast.Field), operation.SelectionSet[1].(*ast.InlineFragment)
	look(operation.VariableDefinitions[0].DefaultValue)
	for _, list := range []ast.DirectiveList{
		operation.VariableDefinitions[0].Directives, operation.Directives, field.Directives, inline.Directives,
		operation.SelectionSet[2].(*ast.FragmentSpread).Directives, fragment.Directives,
	} {
		directives(list)
	}
	for _, argument := range []*ast.Argument{
		field.Arguments[0], field.Arguments[1], field.SelectionSet[0].(*ast.Field).Arguments[0],
		inline.SelectionSet[0].(*ast.Field).Arguments[0], fragment.SelectionSet[0].(*ast.Field).Arguments[0],
	} {
		look(argument.Value)
	}
	if want := strings.Count(document, block); found != want {
		t.Errorf("%d of %d block strings were looked at", found, want)
	}
}

// What comes after a block string is told where it stands.
func TestBlockStringsKeepPositions(t *testing.T) {
	document := "{ f(text: \"\"\"one\n      two\n\"\"\")\n  wrong }"
	parsed, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	at := parsed.Operations[0].SelectionSet[1].(*ast.Field).Position
	if at.Line != 4 || at.Column != 3 {
		t.Errorf("the field is at %d:%d, want 4:3", at.Line, at.Column)
	}
	if _, err := Parse("{ f(text: \"\"\"one\n two\"\"\")\n  }}"); err == nil || !strings.Contains(err.Error(), "3:4") {
		t.Errorf("the error is %v, want one at 3:4", err)
	}
}
