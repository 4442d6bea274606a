package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// A linter runs golangci-lint, with the project's own configuration, over a
// module of the project's name and layout in which every package is empty.
type linter struct {
	program string
	temp    string // What to remove in the end.
	tree    string // The module's root, somewhere below temp.
}

// reported is how depguard begins what it has to say.
var reported = regexp.MustCompile(`^import '([^']+)' is not allowed from list`)

func newLinter(root string) (*linter, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "clientgraph-depguard-")
	if err != nil {
		return nil, err
	}
	// A checkout may be in any folder, also in one of these names.
	l := &linter{program: os.Getenv("GOLANGCI_LINT"), temp: temp, tree: filepath.Join(temp, "graph", "internal", "a copy")}
	if l.program == "" {
		l.program = filepath.Join(root, ".cache", "bin", "golangci-lint")
	}
	files := stubs()
	files[".golangci.yml"] = string(config)
	for name, content := range files {
		if err := l.write(name, content); err != nil {
			os.RemoveAll(temp)
			return nil, err
		}
	}
	return l, nil
}

// stubs are an empty package for everything that can be imported, by file name.
func stubs() map[string]string {
	files := map[string]string{}
	root := strings.Builder{}
	root.WriteString("module clientgraph\n\ngo 1.26.0\n")
	for _, module := range modules {
		version := "v0.0.0"
		if strings.HasSuffix(module, "/v2") {
			version = "v2.0.0"
		}
		fmt.Fprintf(&root, "require %s %s\nreplace %s => ./stubs/%s\n", module, version, module, module)
		files["stubs/"+module+"/go.mod"] = "module " + module + "\n\ngo 1.26.0\n"
	}
	files["go.mod"] = root.String()
	for _, imported := range everything() {
		folder := "stubs/" + imported
		if name, is := strings.CutPrefix(imported, "clientgraph/"); is {
			folder = name
		} else if !strings.Contains(imported, ".") {
			continue // The standard library needs none.
		}
		files[folder+"/stub.go"] = "package " + path.Base(imported) + "\n"
	}
	return files
}

// packageOf returns the name of the package that the file belongs to.
func packageOf(file string) string {
	name := path.Base(path.Dir(file))
	if name == "." {
		name = "main"
	}
	if strings.HasSuffix(file, "_test.go") {
		name += "_test"
	}
	return name
}

func (l *linter) write(name, content string) error {
	target := filepath.Join(l.tree, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, []byte(content), 0o644)
}

// lint writes the file with these imports, which exists for this run alone so
// that no two files import each other, and returns which of them depguard
// reports there. Options are golangci-lint's; findings of other linters are
// passed over, an error of the compiler is an error.
func (l *linter) lint(ctx context.Context, file string, imports []string, options ...string) (map[string]bool, error) {
	source := strings.Builder{}
	fmt.Fprintf(&source, "package %s\n", packageOf(file))
	for _, imported := range imports {
		fmt.Fprintf(&source, "import _ %q\n", imported)
	}
	if file == "server.go" {
		source.WriteString("func main() {}\n")
	}
	if err := l.write(file, source.String()); err != nil {
		return nil, err
	}
	defer os.Remove(filepath.Join(l.tree, filepath.FromSlash(file)))

	args := []string{"run", "--issues-exit-code", "0", "--show-stats=false", "--output.json.path", "stdout"}
	cmd := exec.CommandContext(ctx, l.program, append(append(args, options...), "./...")...)
	cmd.Dir = l.tree
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	complaint := strings.Builder{}
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("golangci-lint: %w\n%s%s", err, output, complaint.String())
	}
	return read(output, file)
}

// read returns the imports that the linter's answer is about.
func read(output []byte, file string) (map[string]bool, error) {
	var answer struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct{ Filename string }
		}
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return nil, fmt.Errorf("not what golangci-lint used to print: %w\n%s", err, output)
	}
	found := map[string]bool{}
	for _, issue := range answer.Issues {
		match := reported.FindStringSubmatch(issue.Text)
		switch {
		case issue.FromLinter == "depguard" && match != nil && filepath.ToSlash(issue.Pos.Filename) == file:
			found[match[1]] = true
		case issue.FromLinter == "depguard", issue.FromLinter == "typecheck":
			return nil, fmt.Errorf("unexpected: %s: %s (%s)", issue.Pos.Filename, issue.Text, issue.FromLinter)
		}
	}
	return found, nil
}
