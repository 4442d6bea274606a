package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// arguments splits a line as a shell does that knows single quotes only.
func arguments(line string) []string {
	var args []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	return args
}

// TestGuideToImportsSaysWhatTheProgramSays: each command of docs/import.md prints what
// the page shows below it.
func TestGuideToImportsSaysWhatTheProgramSays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "import.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir, data := t.TempDir(), dataDir(t)
	file := regexp.MustCompile("(?s)```csv\n(.*?)```").FindSubmatch(text)
	if file == nil {
		t.Fatal("the page has no file")
	}
	if err := os.WriteFile(filepath.Join(dir, "clients.csv"), file[1], 0o600); err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllSubmatch(text, -1) {
		for step := range strings.SplitSeq(strings.TrimPrefix(string(block[1]), "$ clientgraph "), "$ clientgraph ") {
			line, want, _ := strings.Cut(step, "\n")
			cmd := command(t, append(arguments(line), "--data-dir", data)...)
			cmd.Dir = dir
			out, _ := cmd.CombinedOutput() // Some of them are to fail.
			if diff := gocmp.Diff(want, string(out)); diff != "" {
				t.Errorf("%s (-page +program):\n%s", line, diff)
			}
			commands++
		}
	}
	if commands < 4 {
		t.Errorf("the page has %d commands", commands)
	}
	vip, err := os.ReadFile(filepath.Join(dir, "vip.jsonl"))
	if err != nil || !strings.Contains(string(vip), `"dateOfBirth":"1993-01-02"`) || strings.Count(string(vip), "\n") != 1 {
		t.Errorf("%v: %s", err, vip)
	}
}
