package e2e_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// update writes the golden answers anew: go test ./internal/e2e -run Golden -update.
var update = flag.Bool("update", false, "write the golden answers anew")

const (
	queryFolder   = "testdata/queries"
	exampleFolder = "../web/examples/1-first-steps"
	goldenFolder  = "testdata/golden"
)

// goldenCallers are the callers that a query can name in its first line,
// "# as owner, staff"; without one it is the owner.
func goldenCallers() map[string]client.Identity {
	admin := owner()
	admin.User, admin.Role = "ann", client.RoleAdmin
	return map[string]client.Identity{
		"owner": owner(), "admin": admin, "superUser": superUser(), "staff": staff(), "client": account(1151044),
		"narrowed": narrowed(client.Write), "stranger": apitest.Owner(sample.BusinessID + 1),
	}
}

// TestGolden runs each query of testdata/queries, and each first step of the
// playground, on the reference's clients. Its variables are beside it in
// NAME.variables.json, where "cursor of 4658091" is that client's place.
func TestGolden(t *testing.T) {
	shared := reference(t)
	wanted := map[string]bool{}
	for _, file := range goldenQueries(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".graphql")
		for _, caller := range callersOf(string(text)) {
			golden := filepath.Join(goldenFolder, name+"."+caller+".json")
			wanted[golden] = true
			t.Run(name+"/"+caller, func(t *testing.T) {
				who, known := goldenCallers()[caller]
				if !known {
					t.Fatalf("there is no caller %s", caller)
				}
				api := shared
				if regexp.MustCompile(`(?m)^mutation`).Match(text) {
					api = reference(t)
				}
				cursors := newCursors(t, api, who, strings.TrimSuffix(file, ".graphql")+".variables.json")
				response := api.Do(t, who, string(text), cursors.variables)
				checkGolden(t, golden, cursors.stable(t, response.Body))
			})
		}
	}
	left, err := filepath.Glob(filepath.Join(goldenFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range left {
		if !wanted[file] {
			t.Errorf("%s is the answer to no query: remove it", file)
		}
	}
}

func goldenQueries(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{queryFolder, exampleFolder} {
		found, err := filepath.Glob(filepath.Join(folder, "*.graphql"))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s holds no queries: %v", folder, err)
		}
		files = append(files, found...)
	}
	return files
}

func callersOf(text string) []string {
	first, _, _ := strings.Cut(text, "\n")
	names, named := strings.CutPrefix(first, "# as ")
	if !named {
		return []string{"owner"}
	}
	return strings.Split(strings.TrimSuffix(names, "\r"), ", ")
}

func checkGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// cursors knows the places of a list by client, so that neither variables nor
// answers hold a cursor, whose form is nobody's business.
type cursors struct {
	variables values
	byClient  map[string]string
}

func newCursors(t *testing.T, api *apitest.API, who client.Identity, file string) *cursors {
	t.Helper()
	c := &cursors{variables: values{}, byClient: map[string]string{}}
	text, err := os.ReadFile(file)
	if err == nil {
		c.variables = fromJSON(t, string(text)).(values)
	} else if !os.IsNotExist(err) {
		t.Fatal(err)
	}
	order := c.variables["orderBy"]
	if order == nil {
		order = values{"field": "FULL_NAME"}
	}
	list := api.MustDo(t, who, `query ($filter: ClientReportFilter, $orderBy: ClientOrder!) {
		clientConnection(first: 100, filter: $filter, orderBy: $orderBy) { edges { cursor node { clientId } } } }`,
		values{"filter": c.variables["filter"], "orderBy": order})
	for _, edge := range list["clientConnection"].(values)["edges"].([]any) {
		e := edge.(values)
		c.byClient["cursor of "+e["node"].(values)["clientId"].(string)] = e["cursor"].(string)
	}
	for name, value := range c.variables {
		if text, ok := value.(string); ok && c.byClient[text] != "" {
			c.variables[name] = c.byClient[text]
		}
	}
	return c
}

// today are fields whose values change with the seasons.
var today = regexp.MustCompile(`("(?:timeZoneCode|timeZoneDesc|sortOrder|currentOffset)": )("[^"]*"|-?\d+)`)

// stable is an answer to be read and compared: indented, with its errors in one
// order, and without what is another tomorrow.
func (c *cursors) stable(t *testing.T, body []byte) []byte {
	t.Helper()
	var answer struct {
		Data   json.RawMessage   `json:"data,omitempty"`
		Errors []json.RawMessage `json:"errors,omitempty"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(answer.Errors, func(a, b json.RawMessage) int { return strings.Compare(errorPath(a), errorPath(b)) })
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(answer); err != nil {
		t.Fatal(err)
	}
	text := today.ReplaceAllString(out.String(), `$1"depends on today"`)
	for _, name := range slices.Sorted(maps.Keys(c.byClient)) {
		text = strings.ReplaceAll(text, c.byClient[name], name)
	}
	return []byte(text)
}

func errorPath(raw json.RawMessage) string {
	var e apitest.ResponseError
	if err := json.Unmarshal(raw, &e); err != nil {
		return err.Error()
	}
	return fmt.Sprint(e.Path, e.Extensions["field"], e.Message)
}

// TestGoldenSelectsEveryField holds all-fields.graphql to the schema, so that a
// new field of Client has a golden answer too.
func TestGoldenSelectsEveryField(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(queryFolder, "all-fields.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := parser.ParseQuery(&ast.Source{Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	var selected []string
	for _, entry := range document.Fragments.ForName("All").SelectionSet {
		selected = append(selected, entry.(*ast.Field).Name)
	}
	want := apitest.FieldNames(apitest.Definition(t, "Client"))
	if diff := gocmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(selected))); diff != "" {
		t.Errorf("all-fields.graphql (-schema +selected):\n%s", diff)
	}
}
