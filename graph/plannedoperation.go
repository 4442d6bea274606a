package graph

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph/scalar"
	"clientgraph/internal/observe"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// planningSchema is the executable schema, which can answer a whole operation by a plan.
type planningSchema struct {
	graphql.ExecutableSchema

	resolver *Resolver
}

// AnswerWhole answers a query of one field by the plan of that field. The contexts that
// gqlgen makes of an operation, a field and each argument cost more than a small answer
// itself. It returns nil for all other operations, and for any failure: then gqlgen is to
// answer the operation from its beginning, and tells of the failure.
func (s *planningSchema) AnswerWhole(ctx context.Context, operation *graphql.OperationContext) (response *graphql.Response) {
	p, ok := plannedOperation(ctx, operation)
	if !ok {
		return nil
	}
	defer func() {
		// If gqlgen meets the same panic, it logs it.
		if recover() != nil {
			response = nil
		}
	}()
	switch p.field.Name {
	case "__typename":
		p.answer.data, ok = []byte(`"Query"`), true
	case "client":
		ok = s.resolver.answersClient(ctx, p)
	case "clients":
		ok = s.resolver.answersClients(ctx, p)
	default:
		ok = false
	}
	if !ok {
		return nil
	}
	return p.response()
}

// plannedOperation is the field of a query that has no other, if plans are used. A
// directive could leave it out, so there must be none.
func plannedOperation(ctx context.Context, operation *graphql.OperationContext) (planned, bool) {
	request := requestOf(ctx)
	if request.plans == nil || operation.Operation.Operation != ast.Query || len(operation.Operation.SelectionSet) != 1 {
		return planned{}, false
	}
	field, is := operation.Operation.SelectionSet[0].(*ast.Field)
	if !is || len(field.Directives) > 0 {
		return planned{}, false
	}
	return planned{request, operation, graphql.CollectedField{Field: field, Selections: field.SelectionSet}, &answered{}, observe.Of(ctx)}, true
}

// response is the response of an operation that has only this field. Without data, the
// field is null.
func (p *planned) response() *graphql.Response {
	var data bytes.Buffer
	const rest = 64
	data.Grow(len(p.field.Alias) + rest)
	data.WriteString(`{"` + p.field.Alias + `":`)
	if p.answer.data == nil {
		data.WriteString("null")
	} else {
		if p.field.Name != "__typename" {
			p.record.AnsweredByPlan()
		}
		p.answer.parts = p.request.parts
		p.answer.MarshalGQL(&data)
	}
	data.WriteByte('}')
	return &graphql.Response{Data: data.Bytes()}
}

// wholeClients is the plan of a field of clients that is a whole operation; nil if it has
// none, or not this one alone.
func (p planned) wholeClients() *plannedClients {
	compiled, known := p.request.plans.Of(p.operation, p.field, p.request.scope.Role)
	if compiled == nil {
		return nil
	}
	p.record.PlanAsked(known)
	return &plannedClients{p, compiled}
}

// answersClient answers the field client, if it can.
func (r *Resolver) answersClient(ctx context.Context, field planned) bool {
	clientID, err := scalar.UnmarshalID(ctx, field.field.ArgumentMap(field.operation.Variables)["clientId"])
	if err != nil {
		return false
	}
	p := field.wholeClients()
	if p == nil {
		return false
	}
	done, err := r.writeClient(ctx, p, clientID)
	return done && err == nil
}

// answersClients answers the field clients, if it can.
func (r *Resolver) answersClients(ctx context.Context, field planned) bool {
	arguments := field.field.ArgumentMap(field.operation.Variables)
	var page reading.Page
	var order store.Order
	var err error
	if page.PageNumber, err = scalar.UnmarshalInt(arguments["pageNumber"]); err != nil {
		return false
	}
	if page.PageSize, err = scalar.UnmarshalInt(arguments["pageSize"]); err != nil {
		return false
	}
	if order.Field, err = scalar.UnmarshalOrderField(arguments["orderField"]); err != nil {
		return false
	}
	if order.Descending, err = scalar.UnmarshalDescending(arguments["orderMode"]); err != nil {
		return false
	}
	p := field.wholeClients()
	if p == nil {
		return false
	}
	done, err := r.writeClients(ctx, p, order, page)
	return done && err == nil
}
