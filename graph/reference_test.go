package graph_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
)

// referenceFolder has a folder for each block of the reference that is asked
// for; REFERENCE.md tells what is in it.
const referenceFolder = "testdata/reference"

// blocks say, by folder, what of an answer the block of the reference shows. It
// is nil where the reference shows no answer.
func blocks() map[string]func(t *testing.T, shown any, data values) {
	return map[string]func(t *testing.T, shown any, data values){
		"04-update-record":              showsClient("client"),
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
		"15-create-record":              showsClient("client"),
		"16-clients-by-tag":             checkTags,
		"17-filter-clients":             checkSuggestions,
		"18-clients-by-email":           showsClients("clientsByEmail"),
		"19-merge-records":              showsClients("clientReport"),
		"20-patch-record":               showsClient("client"),
		"clients-by-external-user-name": nil,
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

// checkBlock asks the query of a folder on its fixture, and holds the answer to
// the golden one and to the reference's.
func checkBlock(t *testing.T, folder string, check func(*testing.T, any, values)) {
	data, err := sample.Decode(content(t, folder, "fixture.json"))
	if err != nil {
		t.Fatal(err)
	}
	api := apitest.New(t)
	api.Load(t, data)
	variables := values{}
	if text := optional(t, folder, "variables.json"); text != nil {
		variables = fromJSON(t, string(text)).(values)
	}
	response := api.Do(t, owner(), string(content(t, folder, "query.graphql")), variables)
	if len(response.Errors) > 0 {
		t.Fatalf("answered %s", response.Body)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, bytes.TrimSpace(response.Body), "", "  "); err != nil {
		t.Fatal(err)
	}
	lines.WriteByte('\n')
	checkGolden(t, filepath.Join(referenceFolder, folder, "answer.json"), lines.Bytes())
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
	check(t, shown, fromJSON(t, string(response.Body)).(values)["data"].(values))
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
	folderLink    = regexp.MustCompile(`\]\(testdata/reference/([\w-]+)\)`)
)

// TestReferenceTableIsWhole holds REFERENCE.md to the schema and to the folders:
// a row for each endpoint, its operations asked in its folders, no folder left
// out, and every correction told.
func TestReferenceTableIsWhole(t *testing.T) {
	text, err := os.ReadFile("REFERENCE.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := endpointRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) != 19 {
		t.Errorf("the table has %d endpoints, the reference 19", len(rows))
	}
	operations := append(fieldNames(definition(t, "Query")), fieldNames(definition(t, "Mutation"))...)
	linked := map[string]bool{}
	for _, row := range rows {
		asked := ""
		for _, link := range folderLink.FindAllStringSubmatch(row[2], -1) {
			linked[link[1]] = true
			asked += string(content(t, link[1], "query.graphql"))
		}
		later := strings.Contains(row[2], "with the writes")
		for _, name := range operationName.FindAllStringSubmatch(row[1], -1) {
			if !later && (!slices.Contains(operations, name[1]) || !regexp.MustCompile(`\b`+name[1]+`\b`).MatchString(asked)) {
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
				t.Errorf("REFERENCE.md has no row %s", told)
			}
		}
	}
}
