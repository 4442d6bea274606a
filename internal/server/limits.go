package server

import (
	"runtime"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/limit"
)

// Limits bound what requests may take. A zero number means its default, except for
// Points.
type Limits struct {
	// Body bounds a request's body in bytes: 1 MiB.
	Body int64
	// BodyTime bounds how long reading a body may take: 10 s.
	BodyTime time.Duration
	// Shape bounds documents.
	Shape limit.Shape
	// Rows bounds how many database rows an operation may read: 100,000.
	Rows int64
	// QueryTime, MutationTime and MergeTime end an operation, and its database work
	// with it: 10 s, 30 s, and 60 s for merges.
	QueryTime, MutationTime, MergeTime time.Duration
	// Running bounds how many operations are executed at once: two for each core and four
	// at least, and one principal has at most half of them. Waiting bounds how many wait
	// for their turn: eight for each of Running, each for at most WaitTime, 80 ms.
	Running, Waiting int
	WaitTime         time.Duration
	// WriteTime bounds how long a caller may take to read 64 KiB of an answer: 10 s.
	WriteTime time.Duration
	// Unwritten bounds the bytes of answers that callers have not read yet: 256 MiB, and
	// an eighth of it for one principal.
	Unwritten int64
	// Points bounds the cost of what each principal asks in a minute, and so the cost of
	// one operation; 0 is no bound.
	Points int64
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.Body, 1<<20)
	setDefault(&l.BodyTime, 10*time.Second)
	setDefault(&l.Rows, 100_000)
	setDefault(&l.QueryTime, 10*time.Second)
	setDefault(&l.MutationTime, 30*time.Second)
	setDefault(&l.MergeTime, time.Minute)
	setDefault(&l.Running, max(2*runtime.GOMAXPROCS(0), 4))
	setDefault(&l.Waiting, 8*l.Running)
	setDefault(&l.WaitTime, 80*time.Millisecond)
	setDefault(&l.WriteTime, 10*time.Second)
	setDefault(&l.Unwritten, 256<<20)
	shape := limit.DefaultShape()
	setDefault(&l.Shape.Bytes, shape.Bytes)
	setDefault(&l.Shape.Tokens, shape.Tokens)
	setDefault(&l.Shape.Nesting, shape.Nesting)
	setDefault(&l.Shape.Depth, shape.Depth)
	setDefault(&l.Shape.IntrospectionDepth, shape.IntrospectionDepth)
	setDefault(&l.Shape.Roots, shape.Roots)
	setDefault(&l.Shape.Aliases, shape.Aliases)
	setDefault(&l.Shape.Fields, shape.Fields)
	setDefault(&l.Shape.Repeats, shape.Repeats)
	setDefault(&l.Shape.Fragments, shape.Fragments)
	setDefault(&l.Shape.Directives, shape.Directives)
	setDefault(&l.Shape.Cost, shape.Cost)
	if l.Points > 0 {
		// A principal never has more points than that at once, so such an operation could
		// never run.
		l.Shape.Cost = min(l.Shape.Cost, l.Points)
	}
	setDefault(&l.Shape.IntrospectionCost, shape.IntrospectionCost)
	setDefault(&l.Shape.Inputs, shape.Inputs)
	return l
}

// time returns how long an operation may take.
func (l Limits) time(operation *graphql.OperationContext) time.Duration {
	if mayMerge(operation.Operation.SelectionSet) {
		for _, root := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{"Query", "Mutation"}) {
			if merges(root.Name) {
				return l.MergeTime
			}
		}
	}
	if operation.Operation.Operation == ast.Mutation {
		return l.MutationTime
	}
	return l.QueryTime
}

// mayMerge says whether an operation may contain merges, without looking into fragments.
// For almost all operations this is decided at once.
func mayMerge(selections ast.SelectionSet) bool {
	for _, selection := range selections {
		if field, is := selection.(*ast.Field); !is || merges(field.Name) {
			return true
		}
	}
	return false
}

func merges(name string) bool {
	return name == "mergeClients" || name == "unmergeClients" || name == "previewMerge"
}
