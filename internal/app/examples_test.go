package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The playground's examples do what they say on the sample, when they are run one
// after the other. Of the one that subscribes the browser's test tells.
func TestExamplesOfThePlaygroundAreAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t), "--sample")
	token := s.owner(t)
	files, err := filepath.Glob(filepath.Join(root, "internal", "web", "examples", "*", "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	slices.Sort(files)
	var mergeID any
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nsubscription ") {
			continue
		}
		variables := exampleVariables(t, file)
		if _, asked := variables["mergeId"]; asked {
			variables["mergeId"] = mergeID // The page can't know it.
		}
		a, err := s.post(t.Context(), token, "", string(text), variables)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Errors) > 0 || len(a.Data) == 0 {
			t.Errorf("%s is answered with %s", name, a.body)
		}
		for _, field := range a.Data {
			payload, _ := field.(map[string]any)
			if refused, _ := payload["userErrors"].([]any); len(refused) > 0 {
				t.Errorf("%s is refused: %v", name, refused)
			}
			if payload["mergeId"] != nil {
				mergeID = payload["mergeId"]
			}
			// Of an endpoint that finds clients, the sample has some to be found.
			if list, isList := field.([]any); isList && len(list) == 0 && !strings.Contains(string(text), "CreateClient.") {
				t.Errorf("%s finds nobody", name)
			}
		}
	}
	if mergeID == nil {
		t.Error("no example merges")
	}
}

// exampleVariables are those of the file beside an example.
func exampleVariables(t *testing.T, file string) map[string]any {
	t.Helper()
	variables := map[string]any{}
	text, err := os.ReadFile(strings.TrimSuffix(file, ".graphql") + ".json")
	if os.IsNotExist(err) {
		return variables
	}
	if err == nil {
		err = json.Unmarshal(text, &variables)
	}
	if err != nil {
		t.Fatal(err)
	}
	return variables
}
