package graph

import (
	"bytes"
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/observe"
	"clientgraph/internal/plan"
)

// answered is the answer of one field of an operation, as its resolver wrote it by a
// plan.
type answered struct {
	data []byte
	// free is called when the answer was copied; nil where its memory is its own.
	free func(data []byte)
	// parts are those of the answer, where they are kept apart.
	parts *Parts
}

// Part is what a plan wrote of an answer, which is kept apart from what gqlgen wrote: an
// answer is large, and written into one place once.
type Part struct {
	// At is where it stands in gqlgen's part of the answer.
	At   int
	data []byte
	free func(data []byte)
}

// Size is how many bytes the part has.
func (p *Part) Size() int { return len(p.data) }

// AppendTo appends the part to an answer, after which it is gone.
func (p *Part) AppendTo(dst []byte) []byte {
	dst = append(dst, p.data...)
	if p.free != nil {
		p.free(p.data)
	}
	p.data = nil
	return dst
}

// Parts are those of an answer, in their order.
type Parts struct{ All []Part }

// MarshalGQL implements graphql.Marshaler.
func (a *answered) MarshalGQL(w io.Writer) {
	buffer, is := w.(*bytes.Buffer)
	if is && a.parts != nil {
		a.parts.All = append(a.parts.All, Part{buffer.Len(), a.data, a.free})
		return
	}
	if is {
		// Else it grows by and by, and is copied each time.
		const rest = 512
		buffer.Grow(len(a.data) + rest)
	}
	// A buffer doesn't fail.
	_, _ = w.Write(a.data)
	if a.free != nil {
		// Nothing is better than what another answer writes there from now on.
		a.free(a.data)
		a.data = nil
	}
}

type answeredKey struct{}

// AnswerByPlan lets the resolver of a field of an operation write the field's whole
// answer by a plan. Such a resolver returns null: what it wrote takes its place.
func AnswerByPlan(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	a := &answered{}
	resolved := next(context.WithValue(ctx, answeredKey{}, a))
	if a.data != nil {
		a.parts = requestOf(ctx).parts
		observe.Of(ctx).AnsweredByPlan()
		return a
	}
	return resolved
}

// planned is a field of an operation that can be answered by a plan.
type planned struct {
	request   *request
	operation *graphql.OperationContext
	field     graphql.CollectedField
	answer    *answered
	record    *observe.Record
	// whole says that it is the whole operation, which without a plan is begun again.
	whole bool
}

// plannedField is the field of an operation that is being resolved; false where
// nothing is answered by plans.
func plannedField(ctx context.Context) (planned, bool) {
	answer, _ := ctx.Value(answeredKey{}).(*answered)
	if answer == nil {
		return planned{}, false
	}
	request := requestOf(ctx)
	if request.plans == nil {
		return planned{}, false
	}
	return planned{
		request: request, operation: graphql.GetOperationContext(ctx), field: graphql.GetFieldContext(ctx).Field,
		answer: answer, record: observe.Of(ctx),
	}, true
}

// clients is the plan of a field of clients; nil where it is left to the resolvers.
func (p *planned) clients(field graphql.CollectedField) *plan.Clients {
	compiled, known := p.request.plans.Of(p.operation, field, p.request.scope.Role)
	if compiled != nil || !p.whole {
		p.record.PlanAsked(known)
	}
	return compiled
}

// plannedClients is a field whose selection is of clients, with its plan.
type plannedClients struct {
	planned
	plan *plan.Clients
}

// ofClients is the plan of a field of clients; nil where it is left to the resolvers.
func (p planned) ofClients() *plannedClients {
	clients := p.clients(p.field)
	if clients == nil {
		return nil
	}
	return &plannedClients{p, clients}
}

// planClients is ofClients of the field that is being resolved.
func planClients(ctx context.Context) *plannedClients {
	p, ok := plannedField(ctx)
	if !ok {
		return nil
	}
	return p.ofClients()
}

// answers writes rows as the answer. It says whether that was done: what fails on the
// way is for the resolvers to tell.
func (p *plannedClients) answers(ctx context.Context, rows []client.Row) bool {
	data, err := p.plan.List(ctx, p.request.loaders, rows)
	if err != nil {
		return false
	}
	p.answer.data, p.answer.free = data, p.plan.Free
	return true
}

// answersOne writes a row as the answer, as answers does.
func (p *plannedClients) answersOne(ctx context.Context, row client.Row) bool {
	data, err := p.plan.One(ctx, p.request.loaders, row)
	if err != nil {
		return false
	}
	p.answer.data, p.answer.free = data, p.plan.Free
	return true
}

// answersList writes records as the answer of the field that is being resolved, where
// that has a plan.
func answersList(ctx context.Context, found []*client.Client) bool {
	p := planClients(ctx)
	return p != nil && p.answers(ctx, client.RowsOf(found))
}

// answersOne is answersList of one record.
func answersOne(ctx context.Context, found *client.Client) bool {
	p := planClients(ctx)
	if p == nil {
		return false
	}
	return p.answersOne(ctx, client.RowsOf([]*client.Client{found})[0])
}
