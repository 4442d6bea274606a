package graph

import (
	"context"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/service/reading"
)

const reportType = "ClientReport"

// plannedReport is a field with a page of a report and its count.
type plannedReport struct {
	*objectWriter
	selected []graphql.CollectedField
}

// planReport returns the plan of a report field; nil if resolvers must answer it.
func planReport(field planned) *plannedReport {
	w := newObjectWriter(field)
	p := &plannedReport{w, w.fields(reportType, w.field)}
	for _, field := range p.selected {
		if field.Name == "clients" && !w.compile(field.Alias, field) {
			return nil
		}
	}
	return p
}

// of returns the arguments for the selected parts of a report.
func (p *plannedReport) of(args reading.ReportArgs) reading.ReportArgs {
	args.WithClients, args.WithCount = p.selects("clients"), p.selects("count")
	return args.InRows()
}

// selects says whether a field of the report is selected.
func (p *plannedReport) selects(name string) bool {
	return slices.ContainsFunc(p.selected, func(field graphql.CollectedField) bool { return field.Name == name })
}

// answers writes the report, and says whether it succeeded, as plannedClients does.
func (p *plannedReport) answers(ctx context.Context, report *reading.Report) bool {
	return !p.failedBefore() && p.finish(p.object(reportType, p.selected, func(field graphql.CollectedField) bool {
		switch field.Name {
		case "count":
			p.dst = strconv.AppendInt(p.dst, report.Count, 10)
			return true
		case "clients":
			return p.list(ctx, field, report.Rows)
		}
		return false
	}))
}
