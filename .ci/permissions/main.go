// Permissions writes into the description of each field of schema.graphqls who may
// ask for it, as the field's directives say: `@permission` the permission and the
// roles that have it, `@hiddenFrom` the role that is denied. It is run by `make
// generate`, and by `make check` to see that nothing is left to write:
//
//	go run ./.ci/permissions schema.graphqls
package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"clientgraph/internal/client"
)

// width is how long a line of the schema gets.
const width = 120

// said is what a description says already of who may ask, or said before the
// directives changed.
var said = regexp.MustCompile(`\s*(Needs\s+the\s+permission\s+[A-Z]+[^.]*\.|Denied\s+to\s+role\s+[A-Z_]+[^.]*\.)`)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: permissions SCHEMA")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "permissions:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	document, err := parser.ParseSchema(&ast.Source{Name: path, Input: string(text)})
	if err != nil {
		return err
	}
	var fields []*ast.FieldDefinition
	for _, def := range slices.Concat(document.Definitions, document.Extensions) {
		for _, field := range def.Fields {
			if who(field.Directives) != "" {
				fields = append(fields, field)
			}
		}
	}
	// From the last one on, so that the lines before stay where they are.
	slices.SortFunc(fields, func(a, b *ast.FieldDefinition) int { return cmp.Compare(b.Position.Line, a.Position.Line) })
	lines := strings.Split(string(text), "\n")
	for _, field := range fields {
		end := field.Position.Line - 1
		begin, err := descriptionAbove(lines, end)
		if err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
		written := describe(field.Description, who(field.Directives), lines[end][:len(lines[end])-len(strings.TrimLeft(lines[end], " "))])
		lines = slices.Replace(lines, begin, end, written...)
	}
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600)
}

// who is the sentence of a field's directives, empty without any.
func who(directives ast.DirectiveList) string {
	var hidden []string
	for _, d := range directives.ForNames("hiddenFrom") {
		hidden = append(hidden, d.Arguments.ForName("role").Value.Raw)
	}
	d := directives.ForName("permission")
	if d == nil {
		if hidden == nil {
			return ""
		}
		return "Denied to role " + strings.Join(hidden, ", ") + ": null, with the error FORBIDDEN."
	}
	permission := d.Arguments.ForName("name").Value.Raw
	need, err := client.ParsePermissions([]string{strings.ToLower(permission)})
	if err != nil {
		panic(err) // The schema's enum is held to the domain's permissions by a test.
	}
	var roles []string
	for _, role := range []client.Role{client.RoleOwner, client.RoleAdmin, client.RoleLocationSuperUser, client.RoleStaff, client.RoleClient} {
		if role.Permissions().Has(need) && !slices.Contains(hidden, string(role)) {
			roles = append(roles, string(role))
		}
	}
	return "Needs the permission " + permission + " (roles " + strings.Join(roles, ", ") + ")."
}

// descriptionAbove is the line at which the description that ends before line end
// begins.
func descriptionAbove(lines []string, end int) (int, error) {
	last := strings.TrimSpace(lines[end-1])
	switch {
	case last == `"""`:
		for begin := end - 2; begin >= 0; begin-- {
			if strings.TrimSpace(lines[begin]) == `"""` {
				return begin, nil
			}
		}
	case strings.HasPrefix(last, `"`) && strings.HasSuffix(last, `"`):
		return end - 1, nil
	}
	return 0, fmt.Errorf("it has no description right above its line %d", end+1)
}

// describe returns the lines of a description that ends with a sentence: of its
// only paragraph, or in one of its own.
func describe(text, sentence, indent string) []string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if said.MatchString(paragraph) {
			paragraph = wrap(said.ReplaceAllString(paragraph, ""), indent)
		}
		if paragraph != "" {
			paragraphs = append(paragraphs, paragraph)
		}
	}
	if len(paragraphs) == 1 {
		paragraphs[0] = wrap(paragraphs[0]+" "+sentence, indent)
	} else {
		paragraphs = append(paragraphs, wrap(sentence, indent))
	}
	text = strings.Join(paragraphs, "\n\n")
	if !strings.ContainsAny(text, "\n\"\\") && len(indent)+len(text)+2 <= width {
		return []string{indent + `"` + text + `"`}
	}
	lines := []string{indent + `"""`}
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimRight(indent+line, " "))
	}
	return append(lines, indent+`"""`)
}

// wrap breaks a text into lines.
func wrap(text, indent string) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case column == 0:
		case len(indent)+column+1+len([]rune(word)) > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len([]rune(word))
	}
	return b.String()
}
