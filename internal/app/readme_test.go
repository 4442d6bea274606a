package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// block returns the first fenced block of that language in the README.
func block(t *testing.T, language string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$").FindSubmatch(text)
	if found == nil {
		t.Fatalf("README.md has no block of %s", language)
	}
	return found[1]
}

// The README shows the answer with line breaks, which the server leaves out;
// but for those it is the same to the byte.
func TestFirstQueryOfTheReadmeIsAnsweredAsItSays(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	a, err := s.post(t.Context(), s.owner(t), "", string(block(t, "graphql")), nil)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, block(t, "json")); err != nil {
		t.Fatalf("the README's answer is no JSON: %v", err)
	}
	want.WriteByte('\n')
	if !bytes.Equal(a.body, want.Bytes()) {
		t.Errorf("the server answers\n%s\nand the README says\n%s", a.body, want.Bytes())
	}
}
