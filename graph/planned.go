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

// answered is the answer of a root field, written by a plan.
type answered struct {
	data []byte
	// free is called after the answer was copied; nil if its memory is not shared.
	free func(data []byte)
	// parts are the parts of the answer that are stored separately.
	parts *Parts
	// known and made count the plans that AnswerWhole asked for.
	known, made int
}

// Part is a part of an answer that a plan wrote and that is stored separately from
// gqlgen's: it is large, so it is copied only once, into the final answer.
type Part struct {
	// At is its place in gqlgen's answer.
	At   int
	data []byte
	free func(data []byte)
}

// Size returns the number of bytes of the part.
func (p *Part) Size() int { return len(p.data) }

// AppendTo appends the part to an answer, and frees its memory.
func (p *Part) AppendTo(dst []byte) []byte {
	dst = append(dst, p.data...)
	if p.free != nil {
		p.free(p.data)
	}
	p.data = nil
	return dst
}

// Parts are the parts of an answer, in order.
type Parts struct{ All []Part }

// MarshalGQL implements graphql.Marshaler.
func (a *answered) MarshalGQL(w io.Writer) {
	buffer, is := w.(*bytes.Buffer)
	if is && a.parts != nil {
		a.parts.All = append(a.parts.All, Part{buffer.Len(), a.data, a.free})
		return
	}
	if is {
		// Otherwise the buffer would grow several times, with a copy each.
		const rest = 512
		buffer.Grow(len(a.data) + rest)
	}
	// Writing to a buffer can't fail.
	_, _ = w.Write(a.data)
	if a.free != nil {
		// The memory is reused for another answer.
		a.free(a.data)
		a.data = nil
	}
}

func (a *answered) count(known bool) {
	if known {
		a.known++
	} else {
		a.made++
	}
}

type answeredKey struct{}

// AnswerByPlan lets the resolver of a root field write the field's whole answer by a
// plan. The resolver then returns null, which the answer replaces.
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

// planned is a root field that a plan can answer.
type planned struct {
	request   *request
	operation *graphql.OperationContext
	field     graphql.CollectedField
	answer    *answered
	record    *observe.Record
	// whole says that it is the whole operation, which gqlgen begins again if the plan
	// fails.
	whole bool
}

// plannedField returns the resolved field; false if plans are off.
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

// clients returns the plan of a field of clients; nil if resolvers must answer it.
func (p *planned) clients(field graphql.CollectedField) *plan.Clients {
	compiled, known := p.request.plans.Of(p.operation, field, p.request.scope.Role)
	if p.whole {
		// If gqlgen answers after all, it asks again, and counts then.
		p.answer.count(known)
	} else {
		p.record.PlanAsked(known)
	}
	return compiled
}

// wholeRead is what was read for the only field of an operation.
type wholeRead struct {
	done  bool
	value any
	err   error
}

// readOnce reads for a plan. If AnswerWhole has read for the same field already, the
// result or error of that read is returned.
func readOnce[T any](p *planned, read func() (T, error)) (T, error) {
	if done := &p.request.whole; done.done {
		value, _ := done.value.(T)
		return value, done.err
	}
	value, err := read()
	if p.whole {
		p.request.whole = wholeRead{true, value, err}
	}
	return value, err
}

// failedBefore says whether AnswerWhole could not write what it had read. Then resolvers
// answer: the plan would fail again.
func (p *planned) failedBefore() bool { return p.request.whole.done && !p.whole }

// plannedClients is a field of clients with its plan.
type plannedClients struct {
	planned
	plan *plan.Clients
}

// ofClients returns the field with its plan; nil if resolvers must answer it.
func (p planned) ofClients() *plannedClients {
	clients := p.clients(p.field)
	if clients == nil {
		return nil
	}
	return &plannedClients{p, clients}
}

// planClients is ofClients for the resolved field.
func planClients(ctx context.Context) *plannedClients {
	p, ok := plannedField(ctx)
	if !ok {
		return nil
	}
	return p.ofClients()
}

// answers writes rows as the answer, and says whether it succeeded. After an error the
// resolvers answer and report it.
func (p *plannedClients) answers(ctx context.Context, rows []client.Row) bool {
	if p.failedBefore() {
		return false
	}
	data, err := p.plan.List(ctx, p.request.loaders, rows)
	if err != nil {
		return false
	}
	p.answer.data, p.answer.free = data, p.plan.Free
	return true
}

// answersOne is answers for one row.
func (p *plannedClients) answersOne(ctx context.Context, row client.Row) bool {
	if p.failedBefore() {
		return false
	}
	data, err := p.plan.One(ctx, p.request.loaders, row)
	if err != nil {
		return false
	}
	p.answer.data, p.answer.free = data, p.plan.Free
	return true
}

// answersList writes records as the answer of the resolved field, if it has a plan.
func answersList(ctx context.Context, found []*client.Client) bool {
	p := planClients(ctx)
	return p != nil && p.answers(ctx, client.RowsOf(found))
}

// answersOne is answersList for one record.
func answersOne(ctx context.Context, found *client.Client) bool {
	p := planClients(ctx)
	if p == nil {
		return false
	}
	return p.answersOne(ctx, client.RowsOf([]*client.Client{found})[0])
}
