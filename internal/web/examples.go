package web

import (
	"io/fs"
	"regexp"
	"strings"
)

// example is an example operation of the playground.
type example struct {
	// Group is its heading.
	Group string `json:"group"`
	// Name is the name of the operation, Title the first line of the comment above it.
	Name  string `json:"name"`
	Title string `json:"title"`
	Query string `json:"query"`
	// Variables are its initial variables as JSON; "" for none.
	Variables string `json:"variables"`
}

// exampleGroups returns the folders of examples in order, with their headings. The page
// opens with a tab for each example in the first one.
func exampleGroups() [][2]string {
	return [][2]string{
		{"examples/1-first-steps", "First steps"},
		{"examples/2-rest-reference", "The REST reference"},
		{"examples/3-beyond-it", "Beyond it"},
	}
}

// examples returns all example operations, in the order of their groups and file names.
// An operation's file may have a file of variables beside it.
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
				panic(err) // panic(err) // The folder listed it.
			}
			variables, _ := fs.ReadFile(files, stem+".json") // variables, _ := fs.ReadFile(files, stem+".json") // Few have any.
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
