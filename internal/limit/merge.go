package limit

import (
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// validation bounds the work of validating the whole document: it compares all pairs of
// fields with the same name in the answer, also below such fields, and it includes the
// operations that are not executed and unused fragments.
func (m *measurer) validation(operation *ast.OperationDefinition) *client.Error {
	var fields int64
	g := &merger{measurer: m}
	if operation != nil && m.repeated {
		g.count([]ast.SelectionSet{operation.SelectionSet})
	}
	hold := func(set ast.SelectionSet, whole measure) {
		fields = plus(fields, whole.fields)
		m.refuse(m.shape.tooManyFields(fields))
		if m.refused == nil && m.repeated {
			g.count([]ast.SelectionSet{set})
		}
	}
	for _, other := range m.document.Operations {
		if other != operation {
			m.operation = other
			hold(other.SelectionSet, m.set(other.SelectionSet, m.root()))
		}
	}
	for _, fragment := range m.document.Fragments {
		if m.document.Fragments.ForName(fragment.Name) != fragment {
			// It can't be spread, because another fragment has the same name.
			hold(fragment.SelectionSet, m.set(fragment.SelectionSet, m.schema.Types[fragment.TypeCondition]))
		} else if _, spread := m.fragments[fragment.Name]; !spread {
			hold(fragment.SelectionSet, m.fragment(fragment.Name))
		}
	}
	return m.refused
}

// merger counts pairs of fields with the same name in the answer.
type merger struct {
	*measurer
	pairs, steps int64
	// conflicts counts the pairs that validation reports as conflicts.
	conflicts int64
}

// maxConflicts bounds conflicts: reporting one takes a thousand times as long as finding
// that there is none.
const maxConflicts = 100

// sameName has the fields of some selections with the same name in the answer.
type sameName struct {
	fields int64
	first  *ast.Field
	below  []ast.SelectionSet
}

// count counts the pairs in merged selections and below them. It stops above the bound.
func (g *merger) count(merged []ast.SelectionSet) {
	names := map[string]*sameName{}
	for _, set := range merged {
		g.gather(names, set)
	}
	for _, same := range names {
		g.pairs = plus(g.pairs, times(same.fields, same.fields-1)/2)
	}
	// As many pairs as one selection may have if it repeats nothing else.
	g.refuse(exceeds(CodeTooManyRepeats, "pairs", "pairs of fields of one name, fragments spread out", g.pairs, times(g.shape.Repeats, g.shape.Repeats+1)/2))
	for _, same := range names {
		if g.refused == nil && same.below != nil {
			g.count(same.below)
		}
	}
}

func (g *merger) gather(names map[string]*sameName, set ast.SelectionSet) {
	for _, selection := range set {
		g.steps++
		g.refuse(exceeds(CodeTooManyFields, "fields", "fields, fragments spread out, in all operations", g.steps, spreadFields*g.shape.Fields))
		if g.refused != nil {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			same := names[s.Alias]
			if same == nil {
				same = &sameName{first: s}
				names[s.Alias] = same
			}
			if s.Name != same.first.Name || !sameArguments(s.Arguments, same.first.Arguments) {
				g.conflicts = plus(g.conflicts, same.fields)
				g.refuse(exceeds(CodeTooManyRepeats, "conflicts", "pairs of fields of one name that differ", g.conflicts, maxConflicts))
			}
			same.fields++
			if len(s.SelectionSet) > 0 {
				same.below = append(same.below, s.SelectionSet)
			}
		case *ast.InlineFragment:
			g.gather(names, s.SelectionSet)
		case *ast.FragmentSpread:
			if fragment := g.document.Fragments.ForName(s.Name); fragment != nil {
				g.gather(names, fragment.SelectionSet)
			}
		}
	}
}

// sameArguments says whether two fields have the same arguments in any order.
func sameArguments(some, others ast.ArgumentList) bool {
	if len(some) != len(others) {
		return false
	}
	for i, one := range some {
		other := others[i]
		if other.Name != one.Name {
			other = others.ForName(one.Name)
		}
		if other == nil || other.Value.String() != one.Value.String() {
			return false
		}
	}
	return true
}
