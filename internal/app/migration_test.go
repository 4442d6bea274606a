package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What docs/guides/migration.md shows of each endpoint is the playground's example,
// and the server's answer has something at each place that the page names.
func TestMigrationGuideShowsWhatIsAskedAndAnswered(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "guides", "migration.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob(filepath.Join(root, "internal", "web", "examples", "2-rest-reference", "*.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(page), "\n## ")[1:]
	if len(sections) != len(examples) || len(sections) == 0 {
		t.Fatalf("%d sections, %d examples", len(sections), len(examples))
	}
	s := serve(t, dataDir(t), "--sample")
	token := s.owner(t)
	for i, section := range sections {
		endpoint, _, _ := strings.Cut(section, "\n")
		want, err := os.ReadFile(examples[i])
		if err != nil {
			t.Fatal(err)
		}
		if shown := "# " + endpoint + "\n" + blockOf(section, "graphql", examples[i]); shown != string(want) {
			t.Errorf("the page shows of %s:\n%s\nand the example is\n%s", endpoint, shown, want)
		}
		variablesFile := strings.TrimSuffix(examples[i], ".graphql") + ".json"
		if values, err := os.ReadFile(variablesFile); err == nil && blockOf(section, "json", variablesFile) != string(values) {
			t.Errorf("the page shows of %s other variables than %s", endpoint, values)
		}
		a, err := s.post(t.Context(), token, "", string(want), exampleVariables(t, examples[i]))
		if err != nil {
			t.Fatal(err)
		}
		_, told, _ := strings.Cut(section, "\nAnswer: ")
		places := regexp.MustCompile("`data\\.([\\w.]+)`").FindAllStringSubmatch(told, -1)
		if len(places) == 0 {
			t.Errorf("the page does not say where the answer of %s is", endpoint)
		}
		for _, place := range places {
			if at(a.Data, place[1]) == nil {
				t.Errorf("%s: data.%s is not in %s", endpoint, place[1], a.body)
			}
		}
	}
}

// blockOf is the fenced block of a section that has a file's name.
func blockOf(section, language, file string) string {
	_, rest, _ := strings.Cut(section, "\n```"+language+" "+filepath.Base(file)+"\n")
	body, _, _ := strings.Cut(rest, "```\n")
	return body
}

// at is the value at a path of names; nil when there is none.
func at(data map[string]any, path string) any {
	var value any = data
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}
