// Depguard breaks every import rule of .golangci.yml once and looks whether
// golangci-lint says so, because a rule whose glob is wrong matches nothing and
// says nothing. Run from this folder:
//
//	go run . ../..                 # the project's root
//
// GOLANGCI_LINT is the linter's path, .cache/bin/golangci-lint of the root by
// default.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: depguard ROOT")
		os.Exit(2)
	}
	passed, failures, err := run(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "depguard:", err)
		os.Exit(2)
	}
	for _, failure := range failures {
		fmt.Println("FAIL", failure)
	}
	fmt.Printf("%d passed, %d failed\n", passed, len(failures))
	if len(failures) > 0 {
		os.Exit(1)
	}
}

// run returns how many expectations held and those that did not.
func run(ctx context.Context, root string) (int, []string, error) {
	l, err := newLinter(root)
	if err != nil {
		return 0, nil, err
	}
	defer os.RemoveAll(l.temp)

	passed, failures, err := checkCovered(root)
	if err != nil {
		return 0, nil, err
	}
	try := func(of importer, options ...string) error {
		tried := less(everything(), path.Join("clientgraph", path.Dir(of.file)))
		found, err := l.lint(ctx, of.file, tried, options...)
		if err != nil {
			return fmt.Errorf("%s: %w", of.file, err)
		}
		for _, imported := range tried {
			if may := of.may(imported); may == found[imported] {
				failures = append(failures, verdict(of.file, imported, may))
				continue
			}
			passed++
		}
		return nil
	}
	for _, of := range importers() {
		if err := try(of, "--enable-only", "depguard"); err != nil {
			return 0, nil, err
		}
	}
	// Once with every linter of the configuration: depguard is one of them, and
	// no other linter's finding on the same line hides its own.
	if err := try(importer{"internal/web/x.go", nil, usual}); err != nil {
		return 0, nil, err
	}
	return passed, failures, nil
}

func verdict(file, imported string, may bool) string {
	if may {
		return file + " may import " + imported + ", but it is reported"
	}
	return file + " must not import " + imported + ", but nothing is reported"
}

// checkCovered says which folders of internal/ the table does not know, so that
// a new one gets its rule.
func checkCovered(root string) (int, []string, error) {
	folders, err := os.ReadDir(filepath.Join(root, "internal"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, nil, err
	}
	passed, failures := 0, []string(nil)
	for _, folder := range folders {
		name := "internal/" + folder.Name()
		if sources, _ := filepath.Glob(filepath.Join(root, name, "*.go")); len(sources) == 0 {
			continue
		}
		known := func(of importer) bool { return of.file == name+"/x.go" }
		if !slices.ContainsFunc(importers(), known) {
			failures = append(failures, name+" has no rule: give it one in .golangci.yml and in .ci/depguard/table.go")
			continue
		}
		passed++
	}
	return passed, failures, nil
}

func (of importer) may(imported string) bool {
	if name, is := strings.CutPrefix(imported, "clientgraph/"); is {
		return slices.Contains(of.ours, name)
	}
	return slices.Contains(of.foreign, imported)
}

// everything is all there is to import.
func everything() []string {
	var all []string
	for _, name := range ours {
		all = append(all, "clientgraph/"+name)
	}
	return slices.Concat(all, foreign, banned)
}

func with(list []string, more ...string) []string { return slices.Concat(list, more) }

func less(list []string, fewer ...string) []string {
	var left []string
	for _, s := range list {
		if !slices.Contains(fewer, s) {
			left = append(left, s)
		}
	}
	return left
}
