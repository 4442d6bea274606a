//go:build contract

package e2e_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/testdb"
)

// snippet is an addition that docs/contributing.md shows: lines that follow the one
// that begins with after, in the block of the file that begins with block.
type snippet struct{ file, block, after, lines string }

// snippets are those of the section on adding a field.
func snippets(t *testing.T, page string) []snippet {
	t.Helper()
	_, section, found := strings.Cut(page, "\n## Add a field to Client\n")
	section, _, ended := strings.Cut(section, "\n## ")
	if !found || !ended {
		t.Fatal("the page has no section on adding a field")
	}
	shape := regexp.MustCompile("In `([^`]+)`(?:, in `([^`]+)`)?, after `([^`]+)`:\n\n +```\\w+\n((?:   .*\n)+?) +```\n")
	var all []snippet
	for _, parts := range shape.FindAllStringSubmatch(section, -1) {
		all = append(all, snippet{file: parts[1], block: parts[2], after: parts[3], lines: parts[4]})
	}
	if len(all) != strings.Count(section, "```")/2 {
		t.Fatalf("%d of the snippets say where they go: %v", len(all), all)
	}
	return all
}

// apply adds the snippet to its file below root.
func (s snippet) apply(t *testing.T, root string) {
	t.Helper()
	path := filepath.Join(root, s.file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	begins := func(prefix string) func(string) bool {
		return func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), prefix) }
	}
	from := max(0, slices.IndexFunc(lines, begins(s.block)))
	place := slices.IndexFunc(lines[from:], begins(s.after))
	if place < 0 || s.block != "" && from == 0 {
		t.Fatalf("%s has no %q in %q", s.file, s.after, s.block)
	}
	lines = slices.Insert(lines, from+place+1, strings.TrimSuffix(s.lines, "\n"))
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// copySources copies the project, but for what is built, installed or stored, and
// for the console and the playground, which take the longest to copy.
func copySources(t *testing.T, from, to string) {
	t.Helper()
	skipped := []string{".git", ".cache", ".data", "node_modules", "docs", "deploy", "examples", "rapid", "fuzz"}
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && slices.Contains(skipped, entry.Name()) && relative != ".":
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, relative), 0o700)
		case !entry.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The changes that docs/contributing.md shows are all that a new field takes: in a
// copy of the project that has them, the field is stored, read, patched, told by
// history and merged, and the tests of the table hold; code is generated anew, the
// tests of the schema hold, and the field is written and read through the API.
func TestAddedPropertyWorksAsDocumented(t *testing.T) {
	t.Parallel()
	root, copied := filepath.Join("..", ".."), t.TempDir()
	page, err := os.ReadFile(filepath.Join(root, "docs", "contributing.md"))
	if err != nil {
		t.Fatal(err)
	}
	copySources(t, root, copied)
	for _, s := range snippets(t, string(page)) {
		s.apply(t, copied)
	}
	uri := testdb.New(t).URI
	run := func(arguments ...string) {
		t.Helper()
		command := exec.CommandContext(t.Context(), "go", arguments...)
		command.Dir = copied
		command.Env = append(os.Environ(), "MONGODB_URI="+uri, "GOFLAGS="+os.Getenv("GOFLAGS")+" -buildvcs=false", "CLIENTGRAPH_TEST_SIZE=")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
	write := func(probe, path string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata", "addfield", probe))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(copied, path)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, path), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("store.go.txt", "internal/mongostore/addedfield_test.go")
	run("test", "-vet=off", "-ldflags=-w", "-run", "Table|Kinds|Selection|AddedField", "./internal/client", "./internal/mongostore")
	run("tool", "gqlgen", "generate")
	write("api.go.txt", "internal/addfield/addedfield_test.go")
	run("test", "-vet=off", "-ldflags=-w", "-run", "Schema|Generated|AddedField", "./graph", "./internal/addfield")
}
