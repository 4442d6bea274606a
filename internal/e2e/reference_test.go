package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// referenceFolder has a folder for each block of the reference that is asked
// for; docs/reference.md tells what is in it.
const referenceFolder = "testdata/reference"

// blocks say, by folder, what of an answer the block of the reference shows. It
// is nil where the reference shows no answer.
func blocks() map[string]func(t *testing.T, shown any, data values) {
	return map[string]func(t *testing.T, shown any, data values){
		"04-update-client":              writesClient("updateClient"),
		"05-clients":                    showsClients("clients"),
		"06-client":                     showsClient("client"),
		"07-client-count":               showsValue("clientCount"),
		"08-client-tags":                showsValue("clientTags"),
		"09-clients-can-view":           showsClients("clientsCanView"),
		"10-clients-can-viewed-by":      showsClients("clientsCanViewedBy"),
		"11-client-report-with-count":   checkReport,
		"12-client-report":              showsClients("clientReport"),
		"13-client-report-count":        checkCount,
		"14-client-id-list":             checkIDs,
		"15-create-client":              writesClient("createClient"),
		"16-clients-by-tag":             checkTags,
		"17-filter-clients":             checkSuggestions,
		"18-clients-by-email":           showsClients("clientsByEmail"),
		"19-merge-clients":              checkMerge,
		"20-patch-client":               writesClient("patchClient"),
		"clients-by-external-user-name": nil,
		"delete-client":                 nil,
	}
}

func TestReferenceExamplesAreAnswered(t *testing.T) {
	folders := referenceFolders(t)
	if diff := gocmp.Diff(slices.Sorted(maps.Keys(blocks())), folders); diff != "" {
		t.Fatalf("folders without a comparison, or the other way (-comparisons +folders):\n%s", diff)
	}
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			checkBlock(t, folder, blocks()[folder])
		})
	}
}

// checkBlock asks the operations of a folder on its fixture, and holds the answers
// to the golden ones and to the reference's.
func checkBlock(t *testing.T, folder string, check func(*testing.T, any, values)) {
	data, err := sample.Decode(content(t, folder, "fixture.json"))
	if err != nil {
		t.Fatal(err)
	}
	api, who := caller(t, folder)
	api.Load(t, data)
	answered := ask(t, api, who, folder)
	if check == nil {
		if optional(t, folder, "example.json") != nil {
			t.Error("nothing compares the example")
		}
		return
	}
	shown := fromJSON(t, string(content(t, folder, "example.json")))
	for _, c := range corrections(t, folder) {
		shown = c.apply(t, shown, c.At)
	}
	check(t, shown, answered)
}

// caller is a server, and who asks it: an owner, of the name and at the instant of
// caller.json where there is one.
func caller(t *testing.T, folder string) (*apitest.API, client.Identity) {
	t.Helper()
	text := optional(t, folder, "caller.json")
	if text == nil {
		return apitest.New(t), owner()
	}
	var told struct {
		User string    `json:"user"`
		At   time.Time `json:"at"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	who := owner()
	who.User = told.User
	return apitest.At(t, told.At), who
}

// operation is the start of one of a document's operations that has a name.
var operation = regexp.MustCompile(`(?m)^(query|mutation) (\w+)`)

// ask asks the operations of a folder one after the other, and returns their data:
// by operation where they have names.
func ask(t *testing.T, api *apitest.API, who client.Identity, folder string) values {
	t.Helper()
	variables := values{}
	if text := optional(t, folder, "variables.json"); text != nil {
		variables = fromJSON(t, string(text)).(values)
	}
	document := string(content(t, folder, "query.graphql"))
	do := func(name string) ([]byte, values) {
		response := api.DoNamed(t, who, document, name, variables)
		if len(response.Errors) > 0 {
			t.Fatalf("answered %s", response.Body)
		}
		return bytes.TrimSpace(response.Body), fromJSON(t, string(response.Body)).(values)["data"].(values)
	}
	var answer []byte
	data := values{}
	if named := operation.FindAllStringSubmatch(document, -1); len(named) == 0 {
		answer, data = do("")
	} else {
		separator := "{"
		for _, found := range named {
			var body []byte
			body, data[found[2]] = do(found[2])
			answer = append(fmt.Appendf(answer, "%s%q:", separator, found[2]), body...)
			separator = ","
		}
		answer = append(answer, '}')
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, answer, "", "  "); err != nil {
		t.Fatal(err)
	}
	lines.WriteByte('\n')
	checkGolden(t, filepath.Join(referenceFolder, folder, "answer.json"), lines.Bytes())
	return data
}

// correction is a value of an example that can't be as the reference has it.
type correction struct {
	// At is the way to the value: names and indexes with dots between them.
	At        string `json:"at"`
	Reference any    `json:"reference"`
	Here      any    `json:"here"`
	Why       string `json:"why"`
}

func corrections(t *testing.T, folder string) []correction {
	t.Helper()
	text := optional(t, folder, "corrections.json")
	if text == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	var list []correction
	if err := decoder.Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

// apply corrects the value at the end of a way, which must be the reference's.
func (c correction) apply(t *testing.T, shown any, way string) any {
	t.Helper()
	if way == "" {
		if diff := gocmp.Diff(c.Reference, shown); diff != "" {
			t.Errorf("the correction of %s is of another value (-correction +example):\n%s", c.At, diff)
		}
		return c.Here
	}
	step, rest, _ := strings.Cut(way, ".")
	switch v := shown.(type) {
	case values:
		if _, there := v[step]; there {
			v[step] = c.apply(t, v[step], rest)
			return v
		}
	case []any:
		if i, err := strconv.Atoi(step); err == nil && i < len(v) {
			v[i] = c.apply(t, v[i], rest)
			return v
		}
	}
	t.Errorf("the correction of %s is of nothing in the example", c.At)
	return shown
}

func referenceFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(referenceFolder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func content(t *testing.T, folder, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(referenceFolder, folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// optional is content, or nil when there is no such file.
func optional(t *testing.T, folder, name string) []byte {
	t.Helper()
	if _, err := os.Stat(filepath.Join(referenceFolder, folder, name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return content(t, folder, name)
}

var (
	endpointRow   = regexp.MustCompile(`(?m)^\| (?:GET|POST|PUT|PATCH|DELETE) /\S+ \|([^|]*)\|([^|]*)\|$`)
	operationName = regexp.MustCompile("`(\\w+)`")
	// mutation is the root fields of a document's mutations, written on a line each.
	mutation   = regexp.MustCompile(`(?m)^mutation .*\n(?:  \w+.*\n)+`)
	folderLink = regexp.MustCompile(`\]\(\.\./internal/e2e/testdata/reference/([\w-]+)\)`)
)

// TestReferenceTableIsWhole holds docs/reference.md to the schema and to the folders:
// a row for each endpoint, its operations asked in its folders, no folder left
// out, and every correction told.
func TestReferenceTableIsWhole(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := endpointRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) != 19 {
		t.Errorf("the table has %d endpoints, the reference 19", len(rows))
	}
	mutations := apitest.FieldNames(apitest.Definition(t, "Mutation"))
	operations := append(apitest.FieldNames(apitest.Definition(t, "Query")), mutations...)
	linked := map[string]bool{}
	for _, row := range rows {
		asked, written := "", ""
		for _, link := range folderLink.FindAllStringSubmatch(row[2], -1) {
			linked[link[1]] = true
			document := string(content(t, link[1], "query.graphql"))
			asked += document
			written += strings.Join(mutation.FindAllString(document, -1), "")
		}
		for _, name := range operationName.FindAllStringSubmatch(row[1], -1) {
			where := asked
			if slices.Contains(mutations, name[1]) {
				where = written
			}
			if !slices.Contains(operations, name[1]) || !regexp.MustCompile(`\b`+name[1]+`\b`).MatchString(where) {
				t.Errorf("%s is no operation, or its golden files don't ask it:%s", name[1], row[2])
			}
		}
	}
	if diff := gocmp.Diff(referenceFolders(t), slices.Sorted(maps.Keys(linked))); diff != "" {
		t.Errorf("folders that no row links to, or the other way (-folders +linked):\n%s", diff)
	}
	for _, folder := range referenceFolders(t) {
		for _, c := range corrections(t, folder) {
			if told := "| " + folder + " | `" + c.At + "` |"; !strings.Contains(string(text), told) || c.Why == "" {
				t.Errorf("docs/reference.md has no row %s", told)
			}
		}
	}
}
