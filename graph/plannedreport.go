package graph

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/plan"
	"clientgraph/internal/service/reading"
)

// plannedReport is a field that answers a page of a report with its size, where it can
// be answered by a plan.
type plannedReport struct {
	planned
	fields []graphql.CollectedField
	// clients are the plans of those of fields that are clients, by their place.
	clients []*plan.Clients
}

// planReport is the plan of the field that is being resolved; nil where it is left to
// the resolvers.
func planReport(ctx context.Context) *plannedReport {
	p, ok := plannedField(ctx)
	if !ok {
		return nil
	}
	report := &plannedReport{planned: p, fields: graphql.CollectFields(p.operation, p.field.Selections, []string{"ClientReport"})}
	report.clients = make([]*plan.Clients, len(report.fields))
	for i, field := range report.fields {
		if field.Name != "clients" {
			continue
		}
		if report.clients[i] = p.clients(field); report.clients[i] == nil {
			return nil
		}
	}
	return report
}

// answers writes the report. It says whether that was done, as answersRows does.
func (p *plannedReport) answers(ctx context.Context, report *reading.Report) bool {
	dst := []byte{'{'}
	for i, field := range p.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), field.Alias...), `":`...)
		switch field.Name {
		case "count":
			dst = strconv.AppendInt(dst, report.Count, 10)
		case "__typename":
			dst = append(dst, `"ClientReport"`...)
		case "clients":
			list, err := p.clients[i].List(ctx, p.request.loaders, report.Rows)
			if err != nil {
				return false
			}
			dst = append(dst, list...)
		default:
			return false
		}
	}
	dst = append(dst, '}')
	p.answer.data = dst
	return true
}
