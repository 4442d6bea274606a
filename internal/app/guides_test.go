package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What docs/offline.md shows is the code of the example, which make contract runs.
func TestSnippetsOfTheOfflineGuideAreThoseOfTheExample(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(root, "docs", "offline.md"))
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)<!-- (\\S+) (\\w+) -->\n```ts\n(.*?)```\n").FindAllStringSubmatch(string(guide), -1)
	if blocks := strings.Count(string(guide), "\n```ts\n"); len(snippets) != blocks || blocks == 0 {
		t.Errorf("of %d snippets %d say where they are from", blocks, len(snippets))
	}
	for _, snippet := range snippets {
		file, part, shown := snippet[1], snippet[2], snippet[3]
		code, err := os.ReadFile(filepath.Join(root, "examples", "mobile-sync", file))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(code), "// ["+part+"]\n")
		want, _, found := strings.Cut(rest, "// [/"+part+"]")
		if !found {
			t.Errorf("%s has no part %s", file, part)
			continue
		}
		if want := dedent(want); shown != want {
			t.Errorf("the guide shows of %s, %s:\n%s\nand the code is\n%s", file, part, shown, want)
		}
	}
}

// dedent takes from each line the spaces that the first one begins with.
func dedent(text string) string {
	text = strings.TrimRight(text, " ")
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, indent)
	}
	return strings.Join(lines, "")
}
