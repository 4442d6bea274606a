package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
)

// sources are the files of the project that people write, by their paths from its folder.
func sources(t *testing.T) []string {
	t.Helper()
	root := apitest.File(t, ".")
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", ".cache", ".data", "node_modules", "dist"}, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(root, path)
		found = append(found, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// named are the files that end as a document names one, and whether the document means
// a file or a folder of the project at all.
func named(files []string, name string) (there, meant bool) {
	folder := strings.TrimSuffix(name, "/")
	meant = strings.HasSuffix(name, ".go")
	for _, top := range []string{"internal/", "graph/", ".ci/", "deploy/", "examples/"} {
		meant = meant || strings.HasPrefix(name, top) && !strings.ContainsAny(name, "*<… ") && !strings.HasSuffix(name, "...")
	}
	return slices.ContainsFunc(files, func(file string) bool {
		return isOrIsBelow(file, folder) || strings.HasSuffix(file, "/"+name)
	}), meant
}

// TestDocumentsNameWhatIsThere: files, folders, and the functions that are said to be in
// a file. A reader who looks for one finds it.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	files := sources(t)
	quoted := regexp.MustCompile("`([^`\n]+)`")
	// Either "`file.go` `Function`", or "`Function` in `file.go`", or of two functions.
	inFile := regexp.MustCompile("`([\\w/.-]+\\.go)` `([\\w.]+)`|`([\\w.]+)`(?: and `([\\w.]+)`)? in `([\\w/.-]+\\.go)`")
	count := 0
	for _, document := range files {
		if !strings.HasSuffix(document, ".md") || document == "CHANGELOG.md" || strings.Contains(document, "testdata/") {
			continue
		}
		text, err := os.ReadFile(apitest.File(t, document))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range quoted.FindAllStringSubmatch(string(text), -1) {
			there, meant := named(files, match[1])
			if meant && !there {
				t.Errorf("%s names %s, which is not there", document, match[1])
			}
		}
		for _, match := range inFile.FindAllStringSubmatch(string(text), -1) {
			file := match[1] + match[5]
			for _, function := range []string{match[2], match[3], match[4]} {
				if function == "" {
					continue
				}
				count++
				if !functionIsIn(t, files, file, function) {
					t.Errorf("%s says that %s is in %s: it is not", document, function, file)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("documents name %d functions with their files, they did name more", count)
	}
}

// functionIsIn reports whether a file of that name has the last part of a function's name.
func functionIsIn(t *testing.T, files []string, file, function string) bool {
	t.Helper()
	name := regexp.MustCompile(`\b` + function[strings.LastIndex(function, ".")+1:] + `\b`)
	return slices.ContainsFunc(files, func(path string) bool {
		if path != file && !strings.HasSuffix(path, "/"+file) {
			return false
		}
		text, err := os.ReadFile(apitest.File(t, path))
		if err != nil {
			t.Fatal(err)
		}
		return name.Match(text)
	})
}
