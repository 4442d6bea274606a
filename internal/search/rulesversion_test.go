package search

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"unicode"
)

// Whoever takes another version of a library whose tables make keys is told to
// raise the version of the keys, so that stored ones are made anew.
func TestRulesVersionNamesTheLibraries(t *testing.T) {
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	padded := func(path string) string {
		t.Helper()
		found := regexp.MustCompile(regexp.QuoteMeta(path) + ` v(\d+)\.(\d+)\.(\d+)\n`).FindSubmatch(module)
		if found == nil {
			t.Fatalf("go.mod has no %s", path)
		}
		return fmt.Sprintf("%03s.%03s.%03s", found[1], found[2], found[3])
	}
	want := "00005 text " + padded("golang.org/x/text") + " phonenumbers " + padded("github.com/nyaruka/phonenumbers") +
		" net " + padded("golang.org/x/net") + " unicode " + unicode.Version
	if RulesVersion != want {
		t.Errorf("RulesVersion is %q, the libraries make it %q", RulesVersion, want)
	}
}
