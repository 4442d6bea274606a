package web

import (
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func TestExamplesAreValidOperationsOfTheSchema(t *testing.T) {
	raw, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(raw)})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"FirstLook", "ClientsByName", "ClientConnection", "PatchClient"}
	texts := examples()
	if len(texts) != len(want) {
		t.Fatalf("%d examples, want %d", len(texts), len(want))
	}
	for i, text := range texts {
		document, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
		if len(errs) > 0 {
			t.Errorf("%s: %v", want[i], errs)
			continue
		}
		// A tab is named after the one operation in it.
		if len(document.Operations) != 1 || document.Operations[0].Name != want[i] {
			t.Errorf("example %d is not one operation named %s", i+1, want[i])
		}
		if text[0] != '#' {
			t.Errorf("%s does not begin with a comment", want[i])
		}
	}
}
