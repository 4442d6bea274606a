package graph

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph/generated"
	"clientgraph/graph/model"
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
// itself. It returns nil for all other operations, and after a failure: gqlgen then
// answers the operation, from what was read (readOnce), and reports the failure.
func (s *planningSchema) AnswerWhole(ctx context.Context, operation *graphql.OperationContext) (response *graphql.Response) {
	p, ok := plannedOperation(ctx, operation)
	if !ok {
		return nil
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			// The resolver of the field returns it as the error of its read.
			response, p.request.whole = nil, wholeRead{done: true, err: observe.Panic(panicked)}
		}
	}()
	switch p.field.Name {
	case "__typename":
		p.answer.data, ok = []byte(`"Query"`), true
	case "client":
		ok = s.resolver.answersClient(ctx, p)
	case "clients":
		ok = s.resolver.answersClients(ctx, p)
	case "clientConnection", "clientReport", "clientReportWithCount":
		ok = s.resolver.answersPage(ctx, p)
	default:
		ok = false
	}
	if !ok {
		return nil
	}
	return p.response()
}

// plannedOperation returns the field of a query with only one, if plans are on. A field
// with a directive could be left out, so it must have none.
func plannedOperation(ctx context.Context, operation *graphql.OperationContext) (planned, bool) {
	request := requestOf(ctx)
	if request.plans == nil || operation.Operation.Operation != ast.Query || len(operation.Operation.SelectionSet) != 1 {
		return planned{}, false
	}
	field, is := operation.Operation.SelectionSet[0].(*ast.Field)
	if !is || len(field.Directives) > 0 {
		return planned{}, false
	}
	return planned{
		request: request, operation: operation, record: observe.Of(ctx), answer: &answered{}, whole: true,
		field: graphql.CollectedField{Field: field, Selections: field.SelectionSet},
	}, true
}

// response returns the response of an operation with only this field. Without data, the
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
	for range p.answer.known {
		p.record.PlanAsked(true)
	}
	for range p.answer.made {
		p.record.PlanAsked(false)
	}
	return &graphql.Response{Data: data.Bytes()}
}

// answersClient answers the field client, if it can.
func (r *Resolver) answersClient(ctx context.Context, field planned) bool {
	clientID, err := scalar.UnmarshalID(ctx, field.field.ArgumentMap(field.operation.Variables)["clientId"])
	if err != nil {
		return false
	}
	p := field.ofClients()
	if p == nil {
		return false
	}
	row, err := r.clientRow(ctx, p, clientID)
	return err == nil && (row == nil || p.answersOne(ctx, row))
}

// answersClients answers the field clients, if it can.
func (r *Resolver) answersClients(ctx context.Context, field planned) bool {
	order, page, err := pageArguments(field.field.ArgumentMap(field.operation.Variables))
	if err != nil {
		return false
	}
	p := field.ofClients()
	if p == nil {
		return false
	}
	rows, err := r.clientRows(ctx, p, order, page)
	return err == nil && p.answers(ctx, rows)
}

// pageArguments reads the arguments of the field clients, as gqlgen does.
func pageArguments(arguments map[string]any) (order store.Order, page reading.Page, err error) {
	if page.PageNumber, err = scalar.UnmarshalInt(arguments["pageNumber"]); err != nil {
		return order, page, err
	}
	if page.PageSize, err = scalar.UnmarshalInt(arguments["pageSize"]); err != nil {
		return order, page, err
	}
	if order.Field, err = scalar.UnmarshalOrderField(arguments["orderField"]); err != nil {
		return order, page, err
	}
	order.Descending, err = scalar.UnmarshalDescending(arguments["orderMode"])
	return order, page, err
}

// answersPage answers the field clientConnection, clientReport or clientReportWithCount,
// if it can.
func (r *Resolver) answersPage(ctx context.Context, field planned) bool {
	arguments, err := generated.QueryArguments(ctx, field.field.Field, field.operation.Variables)
	if err != nil {
		return false
	}
	filter := argument[*model.ClientReportFilter](arguments, "filter")
	if field.field.Name == "clientConnection" {
		return r.answersConnection(ctx, field, connectionArgs(
			filter, argument[model.ClientOrder](arguments, "orderBy"), argument[*int64](arguments, "first"), argument[*string](arguments, "after"),
			argument[*int64](arguments, "last"), argument[*string](arguments, "before"),
		))
	}
	return r.answersReport(ctx, field, reportArgs(
		filter, argument[store.OrderField](arguments, "orderField"), argument[bool](arguments, "orderMode"),
		argument[int64](arguments, "pageNumber"), argument[int64](arguments, "pageSize"),
	))
}

// argument returns an argument that the field has.
func argument[T any](arguments map[string]any, name string) T { return arguments[name].(T) }

func (r *Resolver) answersConnection(ctx context.Context, field planned, args reading.ConnectionArgs) bool {
	p := r.planConnection(field)
	if p == nil {
		return false
	}
	connection, err := r.connection(ctx, p, args)
	return err == nil && p.answers(ctx, connection)
}

func (r *Resolver) answersReport(ctx context.Context, field planned, args reading.ReportArgs) bool {
	if field.field.Name == "clientReport" {
		p := field.ofClients()
		if p == nil {
			return false
		}
		report, err := r.reportRows(ctx, &p.planned, args.InRows(), p.plan.Need)
		return err == nil && p.answers(ctx, report.Rows)
	}
	p := planReport(field)
	if p == nil {
		return false
	}
	report, err := r.reportRows(ctx, &p.planned, p.of(args), p.need)
	return err == nil && p.answers(ctx, report)
}
