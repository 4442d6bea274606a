package mongostore_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table of rules between two documents names a test of each, and that test is there.
func TestRulesBetweenTwoDocumentsNameTheirTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "mongodb.md"))
	must(t, err)
	_, table, begun := strings.Cut(string(page), "## Rules between two documents")
	table, _, ended := strings.Cut(table, "\n## ")
	if !begun || !ended {
		t.Fatal("the page has no table of these rules")
	}
	files, err := filepath.Glob("*_test.go")
	must(t, err)
	var tests strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(t, err)
		tests.Write(text)
	}
	for line := range strings.Lines(table) {
		named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(line, -1)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| rule ") && len(named) == 0 {
			t.Errorf("no test is named for: %s", line)
		}
		for _, name := range named {
			if !strings.Contains(tests.String(), "\nfunc "+name[1]+"(") {
				t.Errorf("%s is named, and is not there", name[1])
			}
		}
	}
}
