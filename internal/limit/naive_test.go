package limit

import (
	"fmt"
	"math"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// naive spreads fragments out again and again, as the specification reads: it
// takes exponential time, and is the reference for what does not.
type naive struct{ measurer }

// count is the whole of a selection in a list of inherited entries.
func (n *naive) count(set ast.SelectionSet, on *ast.Definition, inherited int64, names map[string]int64) (cost, depth, aliases, fields int64) {
	for _, selection := range set {
		var c, d, a, f int64
		switch s := selection.(type) {
		case *ast.Field:
			c, d, a, f = n.one(s, on, inherited)
			names[s.Alias]++
		case *ast.InlineFragment:
			c, d, a, f = n.count(s.SelectionSet, n.conditioned(s.TypeCondition, on), inherited, names)
		case *ast.FragmentSpread:
			if fragment := n.document.Fragments.ForName(s.Name); fragment != nil {
				c, d, a, f = n.count(fragment.SelectionSet, n.schema.Types[fragment.TypeCondition], inherited, names)
			}
		}
		cost, depth, aliases, fields = cost+c, max(depth, d), aliases+a, fields+f
	}
	return cost, depth, aliases, fields
}

func (n *naive) one(field *ast.Field, on *ast.Definition, inherited int64) (cost, depth, aliases, fields int64) {
	var definition *ast.FieldDefinition
	if on != nil {
		definition = on.Fields.ForName(field.Name)
	}
	if field.Alias != field.Name {
		aliases++
	}
	entries, handed := int64(1), int64(listSize)
	if definition != nil {
		size, sized := n.size(field, on, definition)
		isList := definition.Type.Elem != nil
		switch {
		case isList && !sized && field.SelectionSet == nil:
			entries = 0
		case isList && sized:
			entries = size
		case isList:
			entries = inherited
		case sized:
			handed = size
		}
		if isList && field.SelectionSet == nil && entries > 0 {
			return 1 + entries, 1, aliases, 1
		}
	}
	below, depth, a, fields := n.count(field.SelectionSet, n.typeOf(field, definition), handed, map[string]int64{})
	if definition != nil && definition.Type.Elem != nil && entries > 0 {
		below = max(below, 1)
	}
	return 1 + entries*below, depth + 1, aliases + a, fields + 1
}

// FuzzShapeIsThatOfTheSpreadOutDocument makes small documents of bytes, and
// compares what is measured with what the naive reference counts.
func FuzzShapeIsThatOfTheSpreadOutDocument(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{0, 0, 1, 3, 200, 17, 2, 9, 5, 5, 5, 1, 30, 4, 8, 8})
	schema := schemaOf(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 120 {
			return
		}
		query := (&writer{data: data}).document()
		document, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		m := measurer{
			shape:  Shape{Fields: math.MaxInt64 / 8, Repeats: math.MaxInt64, Fragments: math.MaxInt64},
			schema: schema, document: document, operation: document.Operations[0], fragments: map[string]*measure{}, variableSizes: map[string]int64{},
		}
		whole := m.set(m.operation.SelectionSet, m.root())
		if m.refused != nil {
			t.Fatalf("%s: %v", query, m.refused)
		}
		names := map[string]int64{}
		cost, depth, aliases, fields := (&naive{m}).count(m.operation.SelectionSet, m.root(), listSize, names)
		var width int64
		for _, times := range names {
			width += times
		}
		roots, repeats := whole.width()
		got := []int64{whole.own + listSize*whole.perEntry, whole.depth, whole.aliases, whole.fields, roots, repeats}
		want := []int64{cost, depth, aliases, fields, width, width - int64(len(names))}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s\ncost, depth, aliases, fields, roots, repeats are %v, want %v", query, got, want)
		}
	})
}

// writer writes a document as bytes tell it to. A fragment spreads only later
// ones, so that none is spread within itself.
type writer struct {
	data []byte
	text []byte
}

func (w *writer) next(choices int) int {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return int(b) % choices
}

const fragmentsWritten = 4

func (w *writer) document() string {
	w.text = append(w.text, "query "...)
	w.set(0, 0)
	for i := range fragmentsWritten {
		on := []string{"P", "C", "E", "Query", "Nothing"}[w.next(5)]
		w.text = fmt.Appendf(w.text, " fragment F%d on %s ", i, on)
		w.set(1, i+1)
	}
	return string(w.text)
}

func (w *writer) set(level, fragment int) {
	w.text = append(w.text, "{ __typename "...)
	for range w.next(4) {
		switch w.next(6) {
		case 0:
			if fragment < fragmentsWritten {
				w.text = fmt.Appendf(w.text, "...F%d ", fragment+w.next(fragmentsWritten-fragment))
			}
		case 1:
			w.text = append(w.text, []string{"... ", "... on P ", "... on C "}[w.next(3)]...)
			w.set(level+1, fragment)
		default:
			w.field(level, fragment)
		}
	}
	w.text = append(w.text, "} "...)
}

func (w *writer) field(level, fragment int) {
	if w.next(4) == 0 {
		w.text = fmt.Appendf(w.text, "a%d: ", w.next(3))
	}
	names := []string{"me", "page", "connection(first: 4)", "friends(first: 2)", "all", "best", "nodes", "edges", "node", "loose", "page(pageSize: 0)", "unknown"}
	leaves := []string{"id", "tags", "numbers", "numbers(pageSize: 3)", "total"}
	if level > 4 || w.next(3) == 0 {
		w.text = append(w.text, leaves[w.next(len(leaves))]+" "...)
		return
	}
	w.text = append(w.text, names[w.next(len(names))]+" "...)
	w.set(level+1, fragment)
}
