package limit

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

const blockQuotes = `"""`

// Parse parses a document. It computes block strings as the specification says
// (BlockStringValue): the library includes their first line in the common indent, and so
// removes no indent.
func Parse(text string) (*ast.QueryDocument, error) {
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil || !strings.Contains(text, blockQuotes) {
		return document, err
	}
	blocks := blockStrings{text: []rune(text)}
	for _, operation := range document.Operations {
		for _, variable := range operation.VariableDefinitions {
			blocks.value(variable.DefaultValue)
			blocks.directives(variable.Directives)
		}
		blocks.directives(operation.Directives)
		blocks.selections(operation.SelectionSet)
	}
	for _, fragment := range document.Fragments {
		blocks.directives(fragment.Directives)
		blocks.selections(fragment.SelectionSet)
	}
	return document, nil
}

// blockStrings computes the block strings of a document again, from its text.
type blockStrings struct{ text []rune }

func (b blockStrings) selections(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			b.arguments(s.Arguments)
			b.directives(s.Directives)
			b.selections(s.SelectionSet)
		case *ast.InlineFragment:
			b.directives(s.Directives)
			b.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			b.directives(s.Directives)
		}
	}
}

func (b blockStrings) directives(directives ast.DirectiveList) {
	for _, directive := range directives {
		b.arguments(directive.Arguments)
	}
}

func (b blockStrings) arguments(arguments ast.ArgumentList) {
	for _, argument := range arguments {
		b.value(argument.Value)
	}
}

func (b blockStrings) value(value *ast.Value) {
	if value == nil {
		return
	}
	if value.Kind == ast.BlockValue {
		// Positions are in characters.
		raw := string(b.text[value.Position.Start:value.Position.End])
		raw = strings.TrimSuffix(strings.TrimPrefix(raw, blockQuotes), blockQuotes)
		value.Raw = blockString(strings.ReplaceAll(raw, `\`+blockQuotes, blockQuotes))
	}
	for _, child := range value.Children {
		b.value(child.Value)
	}
}

// blockString is BlockStringValue of the specification, 2.9.4.
func blockString(raw string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(raw), "\n")
	common := -1
	for _, line := range lines[1:] {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if indent < len(line) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := 1; i < len(lines); i++ {
		lines[i] = lines[i][min(max(common, 0), len(lines[i])):]
	}
	for len(lines) > 0 && strings.Trim(lines[0], " \t") == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.Trim(lines[len(lines)-1], " \t") == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}
