package web

import (
	"io/fs"
	"regexp"
	"strings"
)

// example is an operation that the playground offers.
type example struct {
	// Group is the heading that it stands under.
	Group string `json:"group"`
	// Name is that of the operation, Title the first line of the comment above it.
	Name  string `json:"name"`
	Title string `json:"title"`
	Query string `json:"query"`
	// Variables are those to begin with, as JSON; "" where there are none.
	Variables string `json:"variables"`
}

// exampleGroups are the folders of examples, in their order, with their headings.
// The page opens with the examples of the first, a tab each.
func exampleGroups() [][2]string {
	return [][2]string{
		{"examples/1-first-steps", "First steps"},
		{"examples/2-rest-reference", "The REST reference"},
		{"examples/3-beyond-it", "Beyond it"},
	}
}

// examples are all operations that the playground offers, in the order of their
// groups and file names. Beside an operation's file may be one of its variables.
func examples() []example {
	operation := regexp.MustCompile(`(?m)^(?:query|mutation|subscription) (\w+)`)
	var list []example
	for _, group := range exampleGroups() {
		files := mustSub(pageFiles, group[0])
		for _, name := range fileNames(files) {
			stem, isOperation := strings.CutSuffix(name, ".graphql")
			if !isOperation {
				continue
			}
			text, err := fs.ReadFile(files, name)
			if err != nil {
				panic(err) // It was listed a line above.
			}
			variables, _ := fs.ReadFile(files, stem+".json") // Few have any.
			title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
			one := example{Group: group[1], Title: title, Query: string(text), Variables: strings.TrimSpace(string(variables))}
			if found := operation.FindStringSubmatch(one.Query); found != nil {
				one.Name = found[1]
			}
			list = append(list, one)
		}
	}
	return list
}
