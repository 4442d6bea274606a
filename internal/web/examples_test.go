package web

import (
	"encoding/json"
	"os"
	"slices"
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
	names := map[string]bool{}
	for _, one := range examples() {
		document, errs := gqlparser.LoadQueryWithRules(schema, one.Query, rules.NewDefaultRules())
		if len(errs) > 0 {
			t.Errorf("%s: %v", one.Name, errs)
			continue
		}
		// A tab is named after the one operation in it.
		if len(document.Operations) != 1 || document.Operations[0].Name != one.Name || one.Name == "" {
			t.Errorf("%q is not one operation of that name", one.Name)
		}
		if names[one.Name] {
			t.Errorf("two examples are named %s", one.Name)
		}
		names[one.Name] = true
		if one.Query[0] != '#' || one.Title == "" {
			t.Errorf("%s does not begin with a comment", one.Name)
		}
		if needs, has := len(document.Operations[0].VariableDefinitions) > 0, one.Variables != ""; needs != has || has && !json.Valid([]byte(one.Variables)) {
			t.Errorf("%s has the variables %q", one.Name, one.Variables)
		}
	}
}

// The page opens with the first steps, each in a tab.
func TestExamplesBeginWithTheFirstSteps(t *testing.T) {
	var opened []string
	for _, one := range examples() {
		if one.Group == examples()[0].Group {
			opened = append(opened, one.Name)
		}
	}
	if want := []string{"FirstLook", "ClientsByName", "ClientConnection", "PatchClient"}; !slices.Equal(opened, want) {
		t.Errorf("the page opens with %v, want %v", opened, want)
	}
}

// Who comes from the REST API finds each of its endpoints.
func TestExamplesCoverTheRESTReference(t *testing.T) {
	var titles []string
	for _, one := range examples() {
		titles = append(titles, one.Title)
	}
	for _, endpoint := range []string{
		"GET /clients", "GET /clients/{clientId}", "GET /clients/count", "GET /clients/tags",
		"GET /clients/canViewedBy/{clientAccountId}", "GET /clients/canView/{clientId}",
		"GET /clients/externalUserName/{externalUserName}", "GET /clientList/reportWithCount", "GET /clientList/report",
		"GET /clientList/reportCount", "GET /clientIdList", "POST /clients", "POST /clients/filterTag",
		"POST /clients/filter", "POST /clients/dupecheck/email", "POST /clients/merge/{clientId}",
		"PUT /clients/{clientId}", "PATCH /clients/{clientId}", "DELETE /clients/{clientId}",
	} {
		if !slices.Contains(titles, endpoint) {
			t.Errorf("no example of %s", endpoint)
		}
	}
}
